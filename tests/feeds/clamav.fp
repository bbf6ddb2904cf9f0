c2871777c011fbba8b91f22ecade0904:7:Good.One-1
