#!/usr/bin/env python3
"""make_ham.py OUT [MANIFEST]: write honest mail of today, made up, in many
languages.

A development set against false alarms: what shops, banks, airlines, schools,
offices and programs send, with the counted links, hidden previews, buttons,
urgent words and foreign hosts that such mail has. None of it may go to
Quarantine. It is no proof, being written by the same people as the checks. The
result does not depend on chance.

The kinds that stand here are each written in four layouts. LANGUAGE.txt beside
this file holds grammars (tests/grammar.py) for kinds that attackers imitate, or
that sound like theirs: "Links" are URLs, "Layouts" how it is put together,
"Same" says that the links are those of the sender that was chosen, "%site%" is
the sender's domain.

MANIFEST becomes a table with tabs and a header line: class (ham), file, source,
notes ("sub=made;cluster=…;lang=…")."""
import base64
import glob
import hashlib
import html
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import grammar  # noqa: E402
import mail_parts  # noqa: E402

# scenario: (sender's name, mailbox, its domain, where links lead, {language:
# (subject, paragraphs, button)})
T = {}


def add(key, sender, links, **texts):
    T[key] = (sender, links, texts)


add("order", ("Nordlicht Shop", "orders", "nordlicht-shop.example"),
    ["https://www.nordlicht-shop.example/account/orders/{n}"],
    en=("Your order {n} is confirmed", ["Hi Anna,", "Thank you for your order! We will let you know as soon as it ships.", "1 × Wool jumper, blue, M – €59.90", "Total: €64.85 incl. VAT. You paid by credit card ending in 4821."], "View your order"),
    de=("Ihre Bestellung {n}", ["Guten Tag Anna Beispiel,", "vielen Dank für Ihre Bestellung! Sobald sie versandt ist, melden wir uns.", "1 × Wollpullover, blau, M – 59,90 €", "Gesamt: 64,85 € inkl. MwSt. Bezahlt mit Kreditkarte, Endziffern 4821."], "Bestellung ansehen"),
    fr=("Votre commande n° {n} est confirmée", ["Bonjour Anna,", "Merci pour votre commande ! Nous vous préviendrons dès son expédition.", "1 × Pull en laine, bleu, M – 59,90 €", "Total : 64,85 € TTC. Payé par carte bancaire se terminant par 4821."], "Voir ma commande"),
    es=("Confirmación de tu pedido {n}", ["Hola Anna:", "¡Gracias por tu compra! Te avisaremos cuando salga de nuestro almacén.", "1 × Jersey de lana, azul, M – 59,90 €", "Total: 64,85 € IVA incluido. Pagado con tarjeta terminada en 4821."], "Ver pedido"),
    it=("Conferma dell'ordine {n}", ["Ciao Anna,", "Grazie per il tuo ordine! Ti avviseremo quando verrà spedito.", "Totale: 64,85 € IVA inclusa."], "Vedi ordine"),
    nl=("Je bestelling {n} is ontvangen", ["Hoi Anna,", "Bedankt voor je bestelling! Je krijgt bericht zodra het pakket onderweg is.", "Totaal: € 64,85 incl. btw."], "Bekijk je bestelling"),
    pl=("Potwierdzenie zamówienia {n}", ["Dzień dobry,", "Dziękujemy za zamówienie! Poinformujemy, gdy zostanie wysłane.", "Razem: 279,00 zł."], "Zobacz zamówienie"),
    pt=("Pedido {n} confirmado", ["Olá, Anna!", "Obrigado pela sua compra. Avisaremos quando for enviada.", "Total: R$ 249,90."], "Ver pedido"),
    ja=("【ご注文確認】注文番号 {n}", ["お客様", "この度はご注文いただき、誠にありがとうございます。商品の発送が完了しましたら、改めてご連絡いたします。", "合計：6,480円（税込）"], "注文内容を確認する"),
    zh=("订单 {n} 已确认", ["您好，", "感谢您的订购！商品发货后我们会通知您。", "合计：¥468.00"], "查看订单"),
    ru=("Заказ {n} принят", ["Здравствуйте, Анна!", "Спасибо за заказ! Мы сообщим, когда он будет отправлен.", "Итого: 4 590 ₽"], "Посмотреть заказ"),
    tr=("Siparişiniz alındı: {n}", ["Merhaba Anna,", "Siparişiniz için teşekkür ederiz. Kargoya verildiğinde bilgilendireceğiz.", "Toplam: 1.249,90 TL"], "Siparişi görüntüle"))

add("parcel", ("Flinkpost", "no-reply", "flinkpost.example"),
    ["https://www.flinkpost.example/track?piececode=00340434{n}"],
    en=("Your parcel arrives today between 12:00 and 14:00", ["Hello Anna,", "Your parcel 00340434{n} from Nordlicht Shop will be delivered today. Not at home? Choose a safe place or a neighbour now."], "Track parcel"),
    de=("Ihr Paket kommt heute zwischen 12 und 14 Uhr", ["Guten Tag,", "Ihr Paket 00340434{n} von Nordlicht Shop wird heute zugestellt. Nicht zu Hause? Wählen Sie jetzt einen Ablageort."], "Sendung verfolgen"),
    fr=("Votre colis sera livré aujourd'hui", ["Bonjour,", "Votre colis 00340434{n} est en cours de livraison. Absent ? Choisissez un point relais dès maintenant."], "Suivre mon colis"),
    es=("Tu paquete llega hoy", ["Hola:", "Tu envío 00340434{n} está en reparto. ¿No estarás en casa? Elige ahora otro día de entrega."], "Seguir envío"),
    it=("Il tuo pacco è in consegna oggi", ["Gentile cliente,", "la spedizione 00340434{n} è in consegna. Se non sei a casa, scegli un punto di ritiro."], "Segui la spedizione"),
    pl=("Twoja paczka czeka w automacie", ["Cześć!", "Paczka 00340434{n} czeka do jutra do godz. 18:00. Kod odbioru: 482113."], "Sprawdź szczegóły"),
    ja=("【お届け予定】お荷物お届けのお知らせ", ["お荷物のお届け予定についてご案内いたします。", "ご不在の場合は、下記よりお受け取り日時の変更ができます。"], "受取日時を変更する"))

add("failed-delivery", ("Flinkpost", "service", "mail.flinkpost.example"),
    ["https://www.flinkpost.example/pickup/{n}"],
    en=("We missed you – collect your parcel by Friday", ["We tried to deliver your parcel but nobody was home. It is waiting for you at Main Street 4. Please bring an identity card. If you do not collect it within 7 days, it will be returned to the sender."], "Opening hours"),
    de=("Wir haben Sie nicht angetroffen – Abholung bis Freitag", ["Leider konnten wir Ihr Paket nicht zustellen. Es liegt in der Filiale Hauptstraße 4. Bitte bringen Sie Ihren Ausweis mit. Nach 7 Werktagen geht die Sendung zurück."], "Öffnungszeiten"),
    fr=("Votre colis vous attend en point relais", ["Nous n'avons pas pu livrer votre colis en votre absence. Munissez-vous d'une pièce d'identité. Passé 7 jours, il sera retourné à l'expéditeur."], "Horaires d'ouverture"))

add("customs", ("Flinkpost Customs", "customs", "flinkpost.example"),
    ["https://www.flinkpost.example/duties/{n}"],
    en=("Import duties due for shipment {n}", ["Your shipment from Oslo has arrived. Import VAT of €12.40 and a handling fee of €6.00 are due before delivery. You may pay online or to the driver."], "Pay online or see other ways"),
    de=("Einfuhrabgaben für Sendung {n}", ["Ihre Sendung aus Oslo ist eingetroffen. Es fallen Einfuhrumsatzsteuer von 12,40 € und eine Auslagenpauschale von 6,00 € an. Zahlbar online oder beim Zusteller."], "Online zahlen"))

add("reset", ("Wolke", "no-reply", "accounts.wolke.example"),
    ["https://accounts.wolke.example/reset?token={token}"],
    en=("Reset your password", ["Hi,", "Someone asked to reset the password of your Wolke account. If it was you, press the button within 24 hours. If not, ignore this mail; your password stays as it is. Never share this link with anyone."], "Reset password"),
    de=("Passwort zurücksetzen", ["Hallo,", "für Ihr Konto wurde ein neues Passwort angefordert. Der Link ist 24 Stunden gültig. Wenn Sie das nicht waren, brauchen Sie nichts zu tun."], "Neues Passwort festlegen"),
    fr=("Réinitialisation de votre mot de passe", ["Bonjour,", "Vous avez demandé à réinitialiser votre mot de passe. Ce lien expire dans 24 heures. Si vous n'êtes pas à l'origine de cette demande, ignorez ce message."], "Réinitialiser mon mot de passe"),
    es=("Restablece tu contraseña", ["Hola:", "Recibimos una solicitud para restablecer tu contraseña. El enlace caduca en 24 horas. Si no fuiste tú, ignora este mensaje."], "Restablecer contraseña"),
    it=("Reimposta la password", ["Ciao,", "abbiamo ricevuto una richiesta di reimpostazione della password. Il link scade tra 24 ore. Se non sei stato tu, ignora questo messaggio."], "Reimposta password"),
    pt=("Redefinir sua senha", ["Olá,", "Recebemos um pedido para redefinir sua senha. O link expira em 24 horas. Se não foi você, ignore este e-mail."], "Redefinir senha"),
    nl=("Stel je wachtwoord opnieuw in", ["Hallo,", "Je hebt gevraagd om een nieuw wachtwoord. De link is 24 uur geldig. Was jij dit niet? Dan hoef je niets te doen."], "Nieuw wachtwoord"),
    ru=("Сброс пароля", ["Здравствуйте!", "Мы получили запрос на сброс пароля вашей учётной записи. Ссылка действует 24 часа. Если это были не вы, ничего делать не нужно."], "Сбросить пароль"),
    zh=("重置您的密码", ["您好，", "我们收到了重置您账户密码的请求。链接在24小时内有效。如果不是您本人操作，请忽略此邮件。"], "重置密码"),
    ja=("パスワード再設定のご案内", ["パスワード再設定のリクエストを受け付けました。", "下記のリンクから24時間以内にお手続きください。お心当たりのない場合は、このメールを破棄してください。"], "パスワードを再設定する"))

add("signin", ("Wolke Security", "security-noreply", "accounts.wolke.example"),
    ["https://accounts.wolke.example/devices", "https://accounts.wolke.example/secure?e={token}"],
    en=("Security alert: new sign-in on Linux", ["Your account was just signed in to from a new device. If this was you, you do not need to do anything. If not, secure your account immediately: change your password and check your devices.", "Firefox on Linux · Berlin, Germany · 4 March 2025, 09:12"], "Check activity"),
    de=("Sicherheitswarnung: neue Anmeldung", ["In Ihrem Konto hat sich ein neues Gerät angemeldet. Waren Sie das? Dann ist nichts zu tun. Andernfalls ändern Sie bitte sofort Ihr Passwort.", "Firefox unter Linux · Berlin · 4. März 2025, 09:12"], "Aktivitäten prüfen"),
    fr=("Alerte de sécurité : nouvelle connexion", ["Une nouvelle connexion à votre compte a été détectée. Si ce n'est pas vous, sécurisez immédiatement votre compte."], "Vérifier l'activité"),
    es=("Alerta de seguridad: nuevo inicio de sesión", ["Se ha iniciado sesión en tu cuenta desde un dispositivo nuevo. Si no has sido tú, protege tu cuenta de inmediato."], "Revisar actividad"),
    ja=("セキュリティ通知：新しいログイン", ["新しい端末からのログインがありました。お心当たりがない場合は、すぐにパスワードを変更してください。"], "アクティビティを確認"))

add("code", ("Wolke", "verify", "wolke.example"), [],
    en=("482913 is your verification code", ["Enter this code to finish signing in:", "482913", "It is valid for 10 minutes. We will never ask you for it by phone or mail."], ""),
    de=("482913 ist Ihr Bestätigungscode", ["Geben Sie diesen Code ein, um die Anmeldung abzuschließen:", "482913", "Er gilt 10 Minuten. Wir fragen nie am Telefon danach."], ""),
    zh=("验证码：482913", ["您的验证码是 482913，10分钟内有效。请勿告诉他人。"], ""),
    tr=("Doğrulama kodunuz: 482913", ["Girişi tamamlamak için bu kodu girin: 482913. Kodu kimseyle paylaşmayın."], ""))

add("statement", ("Sparbank Musterstadt", "mitteilung", "sparbank-musterstadt.example"),
    ["https://www.sparbank-musterstadt.example/"],
    en=("Your new statement is ready", ["Dear Ms Example,", "your statement for March 2025 is in your online mailbox. For your safety we send no links to the sign-in page: open it as you always do. We never ask for your PIN or TAN."], "To our website"),
    de=("Neue Dokumente in Ihrem Postfach", ["Guten Tag Frau Beispiel,", "in Ihrem elektronischen Postfach liegt der Kontoauszug für März 2025. Wir fragen Sie nie per E-Mail nach PIN oder TAN."], "Zum Online-Banking"),
    fr=("Votre relevé de compte est disponible", ["Madame,", "votre relevé de compte du mois de mars est disponible dans votre espace client. Nous ne vous demanderons jamais votre code confidentiel."], "Accéder à mon espace client"),
    es=("Ya tienes disponible tu extracto", ["Estimada clienta:", "ya puede consultar su extracto de marzo en la banca en línea. Nunca le pediremos sus claves por correo."], "Ir a banca en línea"),
    pt=("Seu extrato está disponível", ["Prezada cliente,", "o extrato de março já está disponível no internet banking. Nunca pedimos sua senha por e-mail."], "Acessar"),
    ja=("取引明細のご案内", ["いつもご利用いただきありがとうございます。", "3月分のお取引明細をご用意しました。当行からメールで暗証番号をお尋ねすることはありません。"], "ログインはこちら"))

add("card-blocked", ("Sparbank Card Service", "card-service", "sparbank-musterstadt.example"),
    ["https://www.sparbank-musterstadt.example/cards/help"],
    en=("Important: a payment with your card was declined", ["Dear Ms Example,", "we declined a payment of €249.00 because it looked unusual, and have blocked your card as a precaution. Please confirm in your banking app whether it was you, or call the number on the back of your card."], "How this works"),
    de=("Wichtig: Kartenzahlung abgelehnt", ["Guten Tag Frau Beispiel,", "eine Zahlung über 249,00 € wurde abgelehnt und Ihre Karte vorsorglich gesperrt. Bitte bestätigen Sie in der App, ob Sie das waren, oder rufen Sie die Nummer auf der Karte an."], "So funktioniert es"))

add("invoice", ("Fernnetz Kundenservice", "rechnung", "fernnetz.example"),
    ["https://mein.fernnetz.example/rechnungen"],
    en=("Your bill for March: €39.99", ["Dear customer,", "your bill is attached as a PDF. The amount will be debited on 15 March. Customer number {n}."], "View bill"),
    de=("Ihre Rechnung für März 2025", ["Guten Tag,", "Ihre Rechnung liegt als PDF bei. Der Betrag von 39,99 € wird am 15.03. abgebucht. Kundennummer {n}."], "Rechnung ansehen"),
    fr=("Votre facture du mois de mars", ["Bonjour,", "votre facture de 39,99 € est jointe à ce message. Elle sera prélevée le 15 mars. Référence client {n}."], "Consulter ma facture"),
    es=("Tu factura de marzo", ["Hola:", "adjuntamos tu factura de 39,99 €. Se cargará en tu cuenta el día 15. Número de cliente {n}."], "Ver factura"),
    it=("La tua bolletta di marzo", ["Gentile cliente,", "in allegato trova la bolletta di 39,99 €. L'addebito avverrà il 15 marzo. Codice cliente {n}."], "Vedi bolletta"),
    nl=("Je factuur van maart", ["Beste klant,", "in de bijlage vind je de factuur van € 39,99. Het bedrag wordt op 15 maart afgeschreven."], "Factuur bekijken"),
    pl=("Faktura za marzec", ["Szanowni Państwo,", "w załączeniu faktura na kwotę 159,99 zł. Termin płatności: 15.03.2025. Numer klienta {n}."], "Zobacz fakturę"))

add("reminder", ("Stadtwerke Musterstadt", "forderung", "stadtwerke-musterstadt.example"),
    ["https://www.stadtwerke-musterstadt.example/kundenportal"],
    en=("Payment reminder – invoice {n}", ["Dear Ms Example,", "we have not received your payment of €84.20 yet. Please transfer the amount within 14 days to the account on the invoice, or we must charge a fee and finally suspend the supply. If you have paid meanwhile, please ignore this letter."], "To the customer portal"),
    de=("Zahlungserinnerung zu Rechnung {n}", ["Sehr geehrte Frau Beispiel,", "leider konnten wir noch keinen Zahlungseingang über 84,20 € feststellen. Bitte überweisen Sie innerhalb von 14 Tagen auf das in der Rechnung genannte Konto; andernfalls müssten wir Mahngebühren berechnen und die Versorgung einstellen. Hat sich das überschnitten, sehen Sie dies als gegenstandslos an."], "Zum Kundenportal"),
    fr=("Rappel : facture {n} impayée", ["Madame,", "sauf erreur de notre part, votre facture de 84,20 € reste impayée. Merci de régler sous 14 jours, faute de quoi la fourniture pourra être suspendue."], "Mon espace client"))

add("renewal", ("Filmkiste", "hello", "filmkiste.example"),
    ["https://www.filmkiste.example/account/payment"],
    en=("We couldn't process your payment", ["Hi Anna,", "your card was declined, so your membership is on hold. Update your payment details and we will try again. You can also cancel at any time."], "Update payment details"),
    de=("Probleme mit Ihrer Zahlung", ["Hallo Anna,", "Ihre Karte wurde abgelehnt, daher pausiert Ihre Mitgliedschaft. Aktualisieren Sie bitte Ihre Zahlungsdaten. Kündigen können Sie jederzeit."], "Zahlungsdaten aktualisieren"),
    es=("No pudimos procesar tu pago", ["Hola, Anna:", "tu tarjeta fue rechazada y tu suscripción está en pausa. Actualiza tus datos de pago para seguir viendo."], "Actualizar datos de pago"),
    fr=("Votre paiement a échoué", ["Bonjour Anna,", "votre carte a été refusée et votre abonnement est suspendu. Mettez à jour vos informations de paiement."], "Mettre à jour"))

add("newsletter", ("Gartenfreunde", "newsletter", "news.gartenfreunde.example"),
    ["https://click.mailversand.example/ls/click?upn={token}", "https://www.gartenfreunde.example/fruehling"],
    en=("🌱 Spring sale: up to 50% off – only until Sunday!", ["Hello garden friends!", "Bulbs, seeds and tools at half price. Free delivery from €30. Hurry, the best go first!", "Win a greenhouse worth €1,000: take part in our prize draw until 31 March. Conditions at the bottom."], "Shop now"),
    de=("🌱 Frühlings-Sale: bis zu 50 % – nur bis Sonntag!", ["Hallo Gartenfreunde!", "Zwiebeln, Samen und Werkzeug zum halben Preis. Versandkostenfrei ab 30 €. Jetzt zugreifen!", "Gewinnen Sie ein Gewächshaus im Wert von 1.000 €: Teilnahme bis 31. März."], "Jetzt shoppen"),
    fr=("🌱 Soldes de printemps : jusqu'à -50 % !", ["Bonjour à tous !", "Bulbes, graines et outils à moitié prix. Livraison offerte dès 30 €. Dépêchez-vous, offre valable jusqu'à dimanche !"], "J'en profite"),
    es=("🌱 ¡Rebajas de primavera: hasta un 50 %!", ["¡Hola!", "Bulbos, semillas y herramientas a mitad de precio. ¡Solo hasta el domingo! Envío gratis desde 30 €."], "Comprar ahora"),
    it=("🌱 Saldi di primavera: fino al 50%!", ["Ciao!", "Bulbi, semi e attrezzi a metà prezzo. Solo fino a domenica! Spedizione gratuita da 30 €."], "Acquista ora"),
    pt=("🌱 Promoção de primavera: até 50% OFF!", ["Olá!", "Bulbos, sementes e ferramentas pela metade do preço. Só até domingo! Frete grátis acima de R$ 150."], "Compre agora"),
    ja=("【最大50%OFF】春のセール開催中！日曜まで", ["いつもご愛顧いただきありがとうございます！", "球根・種・園芸用品が半額。3,000円以上で送料無料。お見逃しなく！"], "今すぐチェック"),
    ru=("🌱 Весенняя распродажа: скидки до 50%!", ["Здравствуйте!", "Луковицы, семена и инструменты за полцены. Только до воскресенья! Доставка бесплатно от 3 000 ₽."], "За покупками"))

add("press", ("Morgenblatt Briefing", "briefing", "morgenblatt.example"),
    ["https://www.morgenblatt.example/a/{n}", "https://www.morgenblatt.example/b/{n}", "https://www.morgenblatt.example/c"],
    en=("Morning briefing: banks warn of fake mails", ["Good morning. Police warn of criminals who pretend to be banks and ask for passwords: your account would be suspended unless you verify it. Never press such links.", "Bitcoin fell below $80,000. The lottery jackpot stands at $1,200,000,000.", "Weather: rain."], "Read on"),
    de=("Der Morgen: Banken warnen vor Betrug", ["Guten Morgen. Die Polizei warnt vor Mails, die mit Kontosperrung drohen und nach Zugangsdaten fragen.", "Bitcoin unter 80.000 Dollar. Im Lotto-Jackpot liegen 45.000.000 Euro.", "Wetter: Regen."], "Weiterlesen"))

add("calendar", ("Bert Muster", "bert", "kollegen.example"), ["https://meet.kollegen.example/j/{n}?pwd={token}"],
    en=("Invitation: Budget review @ Wed 5 Mar 2025 10:00 (Anna)", ["Bert Muster has invited you to Budget review.", "When: Wednesday 5 March 2025, 10:00–11:00 (CET)", "Join with the link, or by phone: +49 30 12345678, PIN 482913#"], "Join meeting"),
    de=("Einladung: Budgetbesprechung, Mi. 5. März 10:00", ["Bert Muster lädt Sie zu „Budgetbesprechung“ ein.", "Mittwoch, 5. März 2025, 10–11 Uhr", "Telefon: +49 30 12345678, PIN 482913#"], "An Besprechung teilnehmen"),
    fr=("Invitation : Revue de budget – mer. 5 mars 10:00", ["Bert Muster vous invite à la réunion « Revue de budget ».", "Mercredi 5 mars 2025, 10 h – 11 h"], "Rejoindre"))

add("ticket", ("Hilfe-Center", "support", "wolke.example"),
    ["https://hilfe.wolke.example/requests/{n}"],
    en=("[#{n}] Re: I cannot sign in any more", ["## Please type your reply above this line ##", "Hi Anna,", "your account was locked after too many attempts. I have unlocked it. Please try again, and choose a new password if you forgot yours. Let me know whether it works.", "Kind regards, Jo"], "View request"),
    de=("[#{n}] Re: Anmeldung nicht mehr möglich", ["## Bitte antworten Sie oberhalb dieser Zeile ##", "Hallo Anna,", "Ihr Konto war nach zu vielen Versuchen gesperrt. Ich habe es freigeschaltet. Bitte versuchen Sie es noch einmal.", "Viele Grüße, Jo"], "Anfrage ansehen"))

add("monitor", ("Wachturm Alerts", "alerts", "wachturm.example"),
    ["https://app.wachturm.example/incidents/{n}"],
    en=("[CRITICAL] disk usage 96% on web-03", ["Trigger: disk usage above 95% for 10 minutes.", "Host: web-03 (10.0.4.13). Action required within 30 minutes or the incident will be escalated."], "Acknowledge"),
    de=("[KRITISCH] Zertifikat läuft in 3 Tagen ab", ["Das Zertifikat von www.kollegen.example läuft in 3 Tagen ab. Bitte umgehend erneuern."], "Bestätigen"))

add("quota", ("IT Service", "helpdesk", "kollegen.example"),
    ["https://intranet.kollegen.example/mailbox"],
    en=("Your mailbox is 92% full", ["Dear colleague,", "your mailbox uses 4.6 of 5 GB. When it is full, new mail will be rejected. Please delete large messages or move them to the archive; a guide is on the intranet."], "To the guide"),
    de=("Ihr Postfach ist zu 92 % belegt", ["Liebe Kollegin, lieber Kollege,", "Ihr Postfach belegt 4,6 von 5 GB. Ist es voll, werden neue Nachrichten abgelehnt. Bitte löschen oder archivieren Sie große Nachrichten."], "Zur Anleitung"))

add("expiry", ("IT Service", "it-service", "kollegen.example"), [],
    en=("Your password expires in 5 days", ["Dear Anna,", "your domain password expires on 9 March. Change it with Ctrl+Alt+Del, or at the self-service terminal. IT will never ask you for your password."], ""),
    de=("Ihr Kennwort läuft in 5 Tagen ab", ["Guten Tag,", "Ihr Kennwort läuft am 9. März ab. Ändern Sie es mit Strg+Alt+Entf. Die IT fragt nie nach Ihrem Kennwort."], ""))

add("sign", ("Bert Muster via Unterschrift24", "dse", "eu.unterschrift24.example"),
    ["https://eu.unterschrift24.example/Signing/EmailStart.aspx?a={token}&er={token}"],
    en=("Please sign: Rental agreement.pdf", ["Bert Muster sent you a document to review and sign.", "Do not share this mail: it contains a secure link. The document expires in 7 days. Questions? Reply to bert@kollegen.example."], "REVIEW DOCUMENT"),
    de=("Bitte unterschreiben: Mietvertrag.pdf", ["Bert Muster hat Ihnen ein Dokument zur Unterschrift gesendet.", "Leiten Sie diese E-Mail nicht weiter: Sie enthält einen sicheren Link. Das Dokument läuft in 7 Tagen ab."], "DOKUMENT PRÜFEN"),
    fr=("Signature demandée : Contrat de location.pdf", ["Bert Muster vous a envoyé un document à signer.", "Ne partagez pas cet e-mail. Le document expire dans 7 jours."], "EXAMINER LE DOCUMENT"))

add("share", ("Carla Roth (via Ablage)", "drive-shares-noreply", "ablage.example"),
    ["https://docs.ablage.example/d/{token}/edit?usp=sharing_eil"],
    en=("Document shared with you: \"Plan 2025\"", ["Carla Roth (carla.roth@gmail.com) has shared a document with you.", "Hi Anna, here are the figures. Please comment until tonight!"], "Open"),
    de=("Carla Roth hat ein Dokument für Sie freigegeben", ["Carla Roth (carla.roth@gmail.com) hat das Dokument „Plan 2025“ freigegeben.", "Hallo Anna, hier die Zahlen, bitte heute noch ansehen!"], "Öffnen"))

add("voicemail", ("Telefonanlage", "voicemail", "kollegen.example"), [],
    en=("Voice message from +49 30 12345678 (0:42)", ["You have a new voice message. It is attached as a WAV file. To hear it by phone, dial 99."], ""),
    de=("Sprachnachricht von +49 30 12345678 (0:42)", ["Sie haben eine neue Sprachnachricht. Sie liegt bei."], ""))

add("flight", ("Luftlinie", "checkin", "mail.luftlinie.example"),
    ["https://www.luftlinie.example/checkin?pnr=X{n}", "https://www.luftlinie.example/app"],
    en=("Check-in is open: Berlin – Lisbon, 6 March", ["Dear Anna,", "your flight LL 482 leaves in less than 24 hours. Check in now and choose your seat. Booking code: XK4F9Q. Baggage closes 45 minutes before departure."], "Check in now"),
    de=("Check-in geöffnet: Berlin – Lissabon", ["Liebe Anna,", "Ihr Flug LL 482 startet in weniger als 24 Stunden. Jetzt einchecken und Sitzplatz wählen. Buchungscode: XK4F9Q."], "Jetzt einchecken"),
    pt=("O seu check-in está aberto", ["Cara Anna,", "o seu voo LL 482 parte em menos de 24 horas. Faça já o check-in. Código de reserva: XK4F9Q."], "Fazer check-in"),
    es=("Ya puedes hacer el check-in", ["Hola, Anna:", "tu vuelo LL 482 sale en menos de 24 horas. Código de reserva: XK4F9Q."], "Hacer check-in"))

add("hotel", ("Zimmerportal", "noreply", "zimmerportal.example"),
    ["https://secure.zimmerportal.example/confirmation?auth_key={token}&bn={n}"],
    en=("Your booking at Hotel Mar is confirmed ✔", ["Thanks, Anna! Your booking in Lisbon is confirmed.", "Confirmation {n}, PIN 4829 (confidential). Free cancellation until 4 March, 23:59. Total €284.00, to be paid at the hotel."], "Manage booking"),
    it=("La tua prenotazione presso Hotel Mar è confermata", ["Grazie Anna! Conferma {n}, PIN 4829 (riservato). Cancellazione gratuita fino al 4 marzo."], "Gestisci prenotazione"))

add("tax", ("Finanzamt Online", "no-reply", "fa-musterstadt.nrw.de"),
    ["https://www.elster.de/eportal/login/softpse"],
    en=("A new message is in your tax account", ["Dear taxpayer,", "your tax assessment for 2023 is ready in your account. For your safety we send no contents by mail. Objections are possible within one month."], "www.elster.de"),
    de=("Neue Nachricht in Ihrem Postfach", ["Guten Tag,", "Ihr Steuerbescheid für 2023 liegt zur Abholung bereit. Aus Sicherheitsgründen versenden wir keine Inhalte per E-Mail. Einspruch ist innerhalb eines Monats möglich."], "www.elster.de"),
    es=("Aviso: tiene una nueva notificación", ["Se ha puesto a su disposición una notificación en su dirección electrónica. Dispone de 10 días para acceder a ella."], "Acceder"))

add("school", ("Grundschule Am Park", "sekretariat", "gs-am-park.example"), [],
    en=("Class trip: consent form and €25 by Friday", ["Dear parents,", "the class goes to the zoo on 20 March. Please return the attached form and transfer €25 to the school's account (on the form) by Friday. Children without consent stay at school.", "Kind regards, K. Lehmann"], ""),
    de=("Klassenfahrt: Einverständnis und 25 € bis Freitag", ["Liebe Eltern,", "am 20. März fahren wir in den Zoo. Bitte geben Sie das beiliegende Formular zurück und überweisen Sie 25 € auf das Schulkonto (siehe Formular) bis Freitag.", "Mit freundlichen Grüßen, K. Lehmann"], ""))

add("forward", ("Dora Klein", "dora.klein", "gmail.com"), ["https://www.luftlinie.example/angebote"],
    en=("Fwd: Fwd: cheap flights to Lisbon!!", ["Look at this, we should go!", "---------- Forwarded message ---------", "From: Bert <bert@kollegen.example>", "> URGENT, only until tonight: https://www.luftlinie.example/angebote", "> call me: 030 12345678"], ""),
    de=("WG: AW: Geld für Omas Geschenk", ["Hallo ihr,", "bitte überweist mir noch 20 € (IBAN habt ihr ja), am besten heute noch, der Laden macht gleich zu!", "Liebe Grüße, Dora"], ""))

add("colleague", ("Bert Muster", "bert.muster", "kollegen.example"), [],
    en=("Are you at your desk?", ["Hi Anna,", "can you send me the invoice of the printer people? I need the bank details for the transfer today. Thanks!", "Bert"], ""),
    de=("Rechnung Druckerei – dringend", ["Hallo Anna,", "die Druckerei hat eine neue Bankverbindung; ich habe dort angerufen und sie mir bestätigen lassen. Bitte heute noch überweisen, Rechnung anbei.", "Gruß Bert"], ""),
    fr=("Facture imprimeur", ["Bonjour Anna,", "peux-tu régler la facture ci-jointe aujourd'hui ? Merci beaucoup !", "Bert"], ""))

add("job", ("Perle GmbH Personal", "bewerbung", "perle-gmbh.example"), ["https://karriere.perle-gmbh.example/status/{token}"],
    en=("Your application as accountant", ["Dear Ms Example,", "thank you for your application. We would like to meet you: would Thursday at 10 suit you? Working from home is possible on two days; the salary is €52,000 a year."], "Choose a date"),
    de=("Ihre Bewerbung als Buchhalterin", ["Sehr geehrte Frau Beispiel,", "vielen Dank für Ihre Bewerbung. Gern möchten wir Sie kennenlernen: Passt Ihnen Donnerstag um 10 Uhr?"], "Termin wählen"))

add("charity", ("Hilfe Weltweit", "spenden", "hilfe-weltweit.example"), ["https://spenden.hilfe-weltweit.example/now"],
    en=("Earthquake: 250,000 people need your help now", ["Dear Anna,", "hundreds of thousands have lost everything. €30 buy blankets for a family. Please give today. We raised $2,500,000 so far."], "Donate now"),
    de=("Erdbeben: Ihre Hilfe zählt jetzt", ["Liebe Anna,", "Hunderttausende haben alles verloren. 30 € reichen für Decken einer Familie. Bitte helfen Sie heute."], "Jetzt spenden"))

add("survey", ("Luftlinie Feedback", "feedback", "umfragen24.example"), ["https://luftlinie.umfragen24.example/s/{token}"],
    en=("How was your flight? Win a €100 voucher", ["Dear Anna,", "two minutes of your time: tell us about your flight to Lisbon. Among all answers we draw ten vouchers of €100."], "Start the survey"),
    de=("Wie war Ihr Flug? 100-€-Gutschein gewinnen", ["Liebe Anna,", "zwei Minuten Zeit? Unter allen Teilnehmern verlosen wir zehn Gutscheine zu 100 €."], "Zur Umfrage"))

add("gift", ("Nordlicht Shop", "giftcards", "nordlicht-shop.example"), ["https://www.nordlicht-shop.example/gift/{token}"],
    en=("Bert sent you a gift card!", ["Hi Anna,", "Bert has sent you a gift card worth €50. \"Happy birthday!\" Redeem it with the code XK4F-9Q2Z-PL7M."], "Redeem"),
    de=("Bert hat Ihnen einen Gutschein geschickt!", ["Hallo Anna,", "Bert schenkt Ihnen einen Gutschein über 50 €. „Alles Gute!“ Code: XK4F-9Q2Z-PL7M."], "Einlösen"))

add("crypto", ("Münzbörse", "no-reply", "muenzboerse.example"), ["https://www.muenzboerse.example/activity"],
    en=("Withdrawal confirmed: 0.0125 BTC", ["Your withdrawal of 0.0125 BTC to bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 is complete. If you did not request this, freeze your account immediately."], "See activity"),
    de=("Auszahlung bestätigt: 0,0125 BTC", ["Ihre Auszahlung von 0,0125 BTC ist abgeschlossen. Waren Sie das nicht? Dann sperren Sie Ihr Konto sofort."], "Aktivität ansehen"))

add("legal", ("Kanzlei Vogt & Partner", "vogt", "kanzlei-vogt.example"), [],
    en=("Estate of the late Erna Example – our file {n}", ["Dear Ms Example,", "we act as executors of the estate of your late aunt, Erna Example. Please find the copy of the will attached and call our office for an appointment. Your share is about €18,500.", "Yours sincerely, Dr. M. Vogt"], ""),
    de=("Nachlass Erna Beispiel – unser Zeichen {n}", ["Sehr geehrte Frau Beispiel,", "wir sind Testamentsvollstrecker Ihrer verstorbenen Tante. Anbei die Abschrift des Testaments. Bitte rufen Sie wegen eines Termins an. Ihr Anteil beträgt etwa 18.500 €.", "Mit freundlichen Grüßen, Dr. M. Vogt"], ""))

add("doctor", ("Praxis Dr. Sommer", "praxis", "praxis-sommer.example"), ["https://termine.arztkalender.example/t/{token}"],
    en=("Reminder: your appointment tomorrow at 08:30", ["Dear Ms Example,", "you have an appointment tomorrow at 08:30. Please bring your insurance card. Cancel at least 24 hours before, otherwise a fee of €40 is due."], "Cancel or move"),
    de=("Erinnerung: Ihr Termin morgen um 8:30 Uhr", ["Sehr geehrte Frau Beispiel,", "bitte bringen Sie Ihre Versichertenkarte mit. Absagen bitte mindestens 24 Stunden vorher."], "Absagen oder verschieben"))

add("code-host", ("Dora Klein", "notifications", "codehaus.example"), ["https://codehaus.example/warden/warden/pull/{n}"],
    en=("[warden/warden] Fix password check (PR #{n})", ["@dora commented on this pull request.", "> Please verify your account handling here: `if (password == NULL)` ...", "Looks good to me! Merge it immediately."], "View it on Codehaus"))

add("social", ("Vernetzt", "messages-noreply", "mail.vernetzt.example"), ["https://www.vernetzt.example/comm/in/{token}?trk=eml"],
    en=("Anna, you appeared in 9 searches this week", ["See who's looking at your profile. Bert Muster and 2 others viewed you. Upgrade to see all."], "See all searches"),
    fr=("Anna, vous avez 3 nouvelles invitations", ["Bert Muster souhaite se connecter avec vous."], "Accepter"),
    es=("Anna, tienes 3 invitaciones nuevas", ["Bert Muster quiere conectar contigo."], "Aceptar"))

# --- honest mail of well-known names, with their own domains -------------------
for name, box, domain, link in (
        ("PayPal", "service", "paypal.de", "https://www.paypal.com/myaccount/transaction/details/{token}"),
        ("Amazon.de", "bestellbestaetigung", "amazon.de", "https://www.amazon.de/gp/css/order-details?orderId={n}"),
        ("Microsoft account team", "account-security-noreply", "accountprotection.microsoft.com", "https://account.live.com/Activity"),
        ("Google", "no-reply", "accounts.google.com", "https://accounts.google.com/AccountChooser?Email=user@example.net&continue=https://myaccount.google.com/alert/nt/{n}"),
        ("Apple", "no_reply", "email.apple.com", "https://appleid.apple.com/"),
        ("Netflix", "info", "account.netflix.com", "https://www.netflix.com/YourAccount?lnktrk=EMP&g={token}"),
        ("DHL Paket", "noreply", "dhl.de", "https://nolp.dhl.de/nextt-online-public/de/search?piececode={n}"),
        ("GitHub", "noreply", "github.com", "https://github.com/settings/security-log"),
        ("LinkedIn", "security-noreply", "linkedin.com", "https://www.linkedin.com/e/v2?e={token}")):
    add("name-" + domain, (name, box, domain), [link],
        en=("Your %s account: please check recent activity" % name, ["Hello,", "we noticed new activity in your %s account. If this was you, you can ignore this message. Otherwise please review it now." % name], "Review activity"),
        de=("Ihr %s-Konto: bitte Aktivität prüfen" % name, ["Guten Tag,", "in Ihrem %s-Konto gab es neue Aktivität. Waren Sie das, ist nichts zu tun." % name], "Aktivität prüfen"))


def token(key, size=40):
    digest = hashlib.sha256(key.encode()).digest() * 2
    return base64.urlsafe_b64encode(digest).decode()[:size]


PREVIEW = ('<div style="display:none;font-size:1px;color:#fff;line-height:1px;'
           'max-height:0;max-width:0;opacity:0;overflow:hidden">%s%s</div>')
STYLE = ("<style>.b{background:#1a5fb4;color:#fff;padding:12px;display:inline-"
         "block}@media (max-width:600px){.h{display:none!important}}</style>")


def counted(link, key, way):
    """As senders in bulk rewrite links: not at all, on the sender's own
    counting host, or at their service."""
    if way == "own":
        return "https://click.%s/e/c/%s" % (key, token(link, 60))
    if way == "service":
        return "https://u%d.ct.sendgrid.net/ls/click?upn=%s" % (
            20000000 + len(link), token(link, 120))
    return link


def as_plain(paragraphs, button, links, footer):
    lines = list(paragraphs)
    if links:
        lines.append("%s: %s" % (button or "Link", links[0]))
        lines += links[1:]
    return "\n\n".join(lines) + "\n\n-- \n" + footer + "\n"


def as_simple(paragraphs, button, links, footer):
    body = "".join("<p>%s</p>" % p for p in paragraphs)
    for link in links[:1]:
        body += '<p><a href="%s">%s</a></p>' % (link, button or "Link")
    return "<html><body>%s<hr><small>%s</small></body></html>" % (body, footer)


def as_designed(paragraphs, button, links, footer, domain, way):
    logo = '<img src="https://static.%s/logo.png" width="120" alt="">' % domain
    rows = "".join("<tr><td>%s</td></tr>" % p for p in paragraphs)
    for link in links:
        rows += ('<tr><td><a class="b" href="%s"><img src="https://static.%s/'
                 'x.gif" alt=""> %s</a></td></tr>' % (link, domain, button))
    social = "".join('<a href="%s">%s</a> ' % (counted(url, domain, way), name)
                     for name, url in (
                         ("Instagram", "https://www.instagram.com/x"),
                         ("Facebook", "https://www.facebook.com/x"),
                         ("Privacy", "https://www.%s/privacy" % domain),
                         ("Unsubscribe", "https://www.%s/u?e=%s" % (
                             domain, token(domain)))))
    pixel = ('<img src="https://open.%s/o/%s.gif" width="1" height="1" '
             'style="display:none">' % (domain, token(domain, 30)))
    return ("<html><head>%s</head><body>%s<table><tr><td>%s</td></tr>%s<tr>"
            '<td style="font-size:11px;color:#999999">%s<br>%s</td></tr>'
            "</table>%s</body></html>" % (
                STYLE, PREVIEW % (paragraphs[-1][:80], "&#847;&zwnj;&nbsp;" * 40),
                logo, rows, footer, social, pixel))


def entity(kind, text, charset="utf-8"):
    data = base64.encodebytes(text.encode(charset)).decode()
    return ("Content-Type: text/%s; charset=%s\nContent-Transfer-Encoding: "
            "base64\n\n%s" % (kind, charset, data))


def word(text):
    return text if text.isascii() else "=?utf-8?B?%s?=" % base64.b64encode(
        text.encode()).decode()


def message(key, language, layout, number):
    (name, box, domain), links, texts = T[key]
    subject, paragraphs, button = texts[language]
    fill = {"n": "%09d" % (number * 7919 + 104729), "token": token(key)}
    subject = subject.replace("{n}", fill["n"])
    paragraphs = [p.replace("{n}", fill["n"]) for p in paragraphs]
    site = ".".join(domain.split(".")[-2:])
    way = {"service": "service", "own": "own"}.get(layout, "")
    links = [counted(l.format(**fill), site, way) for l in links]
    footer = "%s · 1 Example Street · 12345 Exampletown" % name
    head = ["From: %s <%s@%s>" % (word(name) if name.isascii() and "(" not in
                                  name else '"%s"' % name if name.isascii()
                                  else word(name), box, domain),
            "To: Anna Example <user@example.net>", "Subject: " + word(subject),
            "Date: Tue, 04 Mar 2025 09:%02d:00 +0000" % (number % 60),
            "Message-ID: <%s@%s>" % (token(key + language + layout, 22),
                                     domain), "MIME-Version: 1.0"]
    if layout in ("service", "own"):
        head.append("List-Unsubscribe: <https://www.%s/u>" % site)
        head.append("Reply-To: <reply-%s@reply.%s>" % (token(key, 12), site))
    plain = as_plain(paragraphs, button, links, footer)
    if layout == "plain":
        return "\n".join(head) + "\n" + entity("plain", plain)
    page = as_simple(paragraphs, button, links, footer) if layout == "simple" \
        else as_designed(paragraphs, button, links, footer, site, way)
    if layout == "service":
        return "\n".join(head) + "\n" + entity("html", page)
    mark = "=_" + token(key, 16)
    return "%s\nContent-Type: multipart/alternative; boundary=\"%s\"\n\n--%s\n" \
        "%s\n--%s\n%s\n--%s--\n" % ("\n".join(head), mark, mark,
                                   entity("plain", plain), mark,
                                   entity("html", page), mark)


# --- from grammars ------------------------------------------------------------

def choose_same(text, which):
    """The choice of that number everywhere, so that names, addresses and links
    go together."""
    def one(found):
        choices = found.group(1).split("|")
        return choices[which % len(choices)]
    before = None
    while before != text:
        before, text = text, re.sub(r"\{([^{}]*)\}", one, text)
    return text


def letter(paragraphs, dice):
    """As people write it."""
    plain = mail_parts.entity("plain", "\n\n".join(paragraphs) + "\n")
    if dice.chance(50):
        return plain
    rows = "<div><br></div>".join(
        "<div>%s</div>" % html.escape(p).replace("\n", "<br>")
        for p in paragraphs)
    return mail_parts.several("alternative", [plain, mail_parts.entity(
        "html", '<div dir="ltr">%s</div>' % rows)],
        "=_" + dice.hexadecimal(20))


def with_file(paragraphs, button, links, footer, dice, layout):
    """A letter with a document, or a page with a code to be scanned."""
    if layout == "pdf":
        return mail_parts.several("mixed", [
            letter(paragraphs, dice), mail_parts.binary(
                "application/pdf", "%s.pdf" % dice.digits(8), mail_parts.pdf(
                    paragraphs[-1], (links or [None])[0]))],
            "=_" + dice.hexadecimal(20))
    page = as_simple(paragraphs, button, links, footer).replace(
        "<hr>", '<img src="cid:code@ticket" width="160" alt=""><hr>')
    return mail_parts.several("related", [
        mail_parts.entity("html", page), mail_parts.binary(
            "image/png", "code.png", mail_parts.qr_picture(
                (links or ["TICKET " + dice.digits(12)])[0][:110]),
            "inline", "code@ticket")], "=_" + dice.hexadecimal(20))


def alternative(paragraphs, button, links, footer, domain, way, dice):
    rows = [p.replace("\n", "<br>") for p in paragraphs]
    page = as_designed(rows, button, links, footer, domain, way)
    if way == "service":
        return mail_parts.entity("html", page)
    return mail_parts.several("alternative", [
        mail_parts.entity("plain", as_plain(paragraphs, button, links, footer)),
        mail_parts.entity("html", page)], "=_" + dice.hexadecimal(20))


def body_of(layout, paragraphs, button, links, footer, site, dice):
    if layout == "letter":
        return letter(paragraphs + links[:1], dice)
    if layout in ("pdf", "qr"):
        return with_file(paragraphs, button, links, footer, dice, layout)
    if layout == "plain":
        return mail_parts.entity("plain", as_plain(paragraphs, button, links,
                                                   footer))
    if layout == "simple":
        return mail_parts.entity("html", as_simple(
            [p.replace("\n", "<br>") for p in paragraphs], button, links,
            footer))
    way = layout if layout in ("own", "service") else ""
    return alternative(paragraphs, button, [counted(link, site, way)
                                            for link in links],
                       footer, site, way, dice)


def words_for(text, dice):
    first, box, host = dice.one(grammar.RECIPIENTS)
    person = dice.one(grammar.MEN + grammar.WOMEN)
    return {
        "name": first, "user": box, "host": host, "addr": box + "@" + host,
        "person": person, "box": person.lower().replace(" ", "."),
        "n": dice.digits(8), "code": dice.token(8), "token": dice.token(40),
        "sum": "%d.%02d" % (19 + dice.number(580), dice.number(100)),
        "small": "%d.%02d" % (2 + dice.number(30), dice.number(100)),
        "day": "%d" % (1 + dice.number(27)), "percent": dice.one(
            ("89", "92", "95", "97", "98")),
        "hours": dice.one(("12", "24", "48")),
        "company": host.split(".")[0].replace("-", " ").title(),
    }


EXTRAS = grammar.extras()
PRIVATE_MAIL = ("gmail.", "gmx.", "web.de", "t-online", "yahoo.", "hotmail.",
                "outlook.", "aol.", "orange.fr", "free.fr", "laposte",
                "libero", "virgilio", "wp.pl", "onet.pl", "mail.ru", "yandex",
                "ukr.net", "qq.com", "163.com", "ziggo", "sapo.pt", "uol.",
                "btinternet", "proton.")
SIGNS = ("🌱 ", "🎁 ", "✨ ", "📦 ", "⏰ ", "🎉 ", "✔ ")


def some_of(kind, language, most, dice):
    choices, out = list(EXTRAS.get((kind, language), ())), []
    for _ in range(min(1 + dice.number(most), len(choices))):
        out.append(choices.pop(dice.number(len(choices))))
    return out


def lengthen(paragraphs, layout, address, language, dice):
    """What stands around the matter itself."""
    out = list(paragraphs)
    if layout in ("letter", "pdf") or (layout == "plain" and dice.chance(30)):
        private = any(m in address.split("@")[1] for m in PRIVATE_MAIL)
        kind = "chat" if private and layout != "pdf" else "chat-business"
        if dice.chance(80):
            out[-1:-1] = some_of(kind, language, 3, dice)
        if not private and dice.chance(30):
            out += EXTRAS.get(("foot", language), ())[-1:]
        return out
    if dice.chance(80):
        out += some_of("foot", language, 3, dice)
    if dice.chance(20):
        out += some_of("safety", language, 2, dice)
    return out


def grown(text, number):
    """(name of the file, message) of a text's mail of that number."""
    key = "%s-%s-%02d" % (text.kind, text.language, number)
    dice = grammar.Dice("ham/" + key)
    words = words_for(text, dice)

    def say(value):
        return grammar.fill(grammar.choose(value, dice), words).strip()

    which = dice.number(12)
    sender = grammar.fill(choose_same(text.fields["from"], which), words)
    name, address = re.match(r"(.*) <(.*)>$", sender).groups()
    domain = address.split("@")[1]
    words["site"] = site = ".".join(domain.split(".")[-2:])
    layouts = text.list("layouts", ["plain", "simple"])
    layout = layouts[number % len(layouts)]
    subject = say(text.fields["subject"])
    button = say(text.fields.get("button", ""))
    if layout in ("own", "service") and dice.chance(15):
        subject = dice.one(SIGNS) + subject
    if layout in ("own", "service") and dice.chance(12):
        subject += "!"
    paragraphs = [p for p in (say(p).replace("\\n", "\n") for p in lengthen(
        text.paragraphs, layout, address, text.language, dice)) if p]
    links = text.fields.get("links", "")
    links = (say(choose_same(links, which)) if "same" in text.fields
             else say(links)).split()
    head = ["From: " + mail_parts.named(name, address),
            "To: " + words["addr"], "Subject: " + mail_parts.word(subject),
            "Date: Tue, 04 Mar 2025 %02d:%02d:00 +0000" % (
                dice.number(24), dice.number(60)),
            "Message-ID: <%s@%s>" % (dice.hexadecimal(24), domain)]
    if layout in ("own", "service"):
        head.append("List-Unsubscribe: <https://www.%s/u>" % site)
    if layout in ("own", "service") and dice.chance(25):
        head.append("Reply-To: " + dice.one((
            "reply-%s@mailversand.example" % dice.token(10),
            "hallo@%s" % site, "%s@reply.%s" % (dice.token(12), site))))
    head.append("MIME-Version: 1.0")
    footer = "%s · 1 Example Street · 12345 Exampletown" % name
    return key, "\n".join(head) + "\n" + body_of(
        layout, paragraphs, button, links, footer, site, dice)


def all_grown():
    counts = {}
    for path in sorted(glob.glob(os.path.join(HERE, "*.txt"))):
        for text in grammar.read(path):
            for _ in range(COPIES.get(text.language, 3)):
                place = (text.kind, text.language)
                counts[place] = counts.get(place, 0) + 1
                yield text, *grown(text, counts[place])


COPIES = {"en": 5}
LAYOUTS = ("plain", "simple", "own", "service")
# People and small offices write no designed mail.
PERSONAL = {"forward", "colleague", "school", "legal", "expiry", "voicemail",
            "quota"}


def all_made():
    """(kind, language, name of the file, message) of every mail."""
    number = 0
    for key in sorted(T):
        for language in sorted(T[key][2]):
            for layout in LAYOUTS[:2] if key in PERSONAL else LAYOUTS:
                number += 1
                yield key, language, "%s-%s-%s" % (key, language, layout), \
                    message(key, language, layout, number)
    for text, name, mail in all_grown():
        yield text.kind, text.language, name, mail


def main():
    if len(sys.argv) not in (2, 3):
        print("usage: make_ham.py OUT [MANIFEST]", file=sys.stderr)
        return 2
    os.makedirs(sys.argv[1], exist_ok=True)
    table = ["class\tfile\tsource\tnotes"]
    for kind, language, name, mail in all_made():
        with open(os.path.join(sys.argv[1], name + ".eml"), "w",
                  encoding="utf-8") as out:
            out.write(mail)
        table.append("ham\t%s.eml\tmade-ham\tsub=made;cluster=ham-%s-%s;lang=%s"
                     % (name, kind, language, language))
    if len(sys.argv) == 3:
        with open(sys.argv[2], "w", encoding="utf-8") as out:
            out.write("\n".join(table) + "\n")
    print("%d mails" % (len(table) - 1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
