#!/bin/sh
# Make the authorities, certificates and OpenPGP keys that tests sign with: run
# once, its results are checked in. They are good from 2020 to 2050, so that no
# test depends on the day it runs. Never use them for anything else: the secret
# keys are public. Needs openssl and gpg.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GNUPGHOME="$work/gpg" LC_ALL=C
mkdir -m 700 "$GNUPGHOME"

FROM=20200101000000Z
UNTIL=20491231235959Z

cat >"$work/ca.conf" <<CONF
[ca]
default_ca = it
[it]
dir = $work
database = $work/index
new_certs_dir = $work
serial = $work/serial
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = empty
prompt = no
[empty]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[mail]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = emailProtection
subjectAltName = email:\$ENV::ADDRESS
authorityKeyIdentifier = keyid
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = email:\$ENV::ADDRESS
authorityKeyIdentifier = keyid
CONF
: >"$work/index"
echo 1000 >"$work/serial"
export ADDRESS=nobody@example.org

# name, subject, kind of key
key()
{
	case $3 in
	rsa) openssl genrsa -out "$1.key" 2048 2>/dev/null ;;
	ec) openssl ecparam -name prime256v1 -genkey -noout -out "$1.key" ;;
	ed25519) openssl genpkey -algorithm ed25519 -out "$1.key" ;;
	esac
	openssl req -new -config "$work/ca.conf" -key "$1.key" \
		-subj "/CN=$2" -out "$work/$1.csr"
}

# name, subject
root()
{
	key "$1" "$2" rsa
	openssl ca -batch -notext -selfsign -config "$work/ca.conf" \
		-extensions root -startdate $FROM -enddate $UNTIL \
		-keyfile "$1.key" -in "$work/$1.csr" -out "$1.pem" 2>/dev/null
}

# name, subject, kind, address, authority, extensions, end
person()
{
	export ADDRESS=$4
	key "$1" "$2" "$3"
	openssl ca -batch -notext -config "$work/ca.conf" -extensions "$6" \
		-startdate $FROM -enddate "$7" -cert "$5.pem" \
		-keyfile "$5.key" -in "$work/$1.csr" -out "$1.pem" 2>/dev/null
}

root root "Warden Test Root"
root other-root "Somebody Else's Root"
person ada-rsa "Ada Example" rsa ada@sender.example root mail $UNTIL
person ada-ec "Ada Example" ec ada@sender.example root mail $UNTIL
person ada-ed25519 "Ada Example" ed25519 ada@sender.example root mail $UNTIL
person mallory "Mallory Example" ec mallory@elsewhere.example root mail $UNTIL
person stranger "Ada Example" ec ada@sender.example other-root mail $UNTIL
person expired "Ada Example" ec ada@sender.example root mail 20250101000000Z
person server "Ada Example" ec ada@sender.example root server $UNTIL
rm -f other-root.key

# name, user id, algorithm, day, expiry
pgp()
{
	gpg --batch --quiet --passphrase '' --pinentry-mode loopback \
		--faked-system-time "$4T000000!" --quick-gen-key "$2" "$3" \
		sign "$5"
	gpg --batch --quiet --armor --export-secret-keys "$2" >"$1.pgp"
}

pgp ada-pgp "Ada Example <ada@sender.example>" ed25519 20200101 2049-12-31
pgp ada-pgp-rsa "Ada at Work <ada@work.example>" rsa2048 20200101 2049-12-31
pgp mallory-pgp "Mallory <mallory@elsewhere.example>" ed25519 20200101 2049-12-31
pgp expired-pgp "Old Ada <ada@old.example>" ed25519 20200101 2025-01-01
pgp stranger-pgp "Stranger <stranger@elsewhere.example>" ed25519 20200101 2049-12-31
# what is believed: all but the stranger
gpg --batch --quiet --armor --export ada@sender.example ada@work.example \
	mallory@elsewhere.example ada@old.example >keys.asc
gpg --batch --quiet --export ada@sender.example >keys.gpg
gpgconf --kill all
