#ifndef WARDEN_CHECKS_WALLET_H
#define WARDEN_CHECKS_WALLET_H

/* Addresses that crypto money is sent to. A checksum tells them from other long
   words: base58check (Bitcoin, Litecoin, TRON), bech32 and bech32m (BIP 173,
   BIP 350). Ethereum's and Monero's are taken by their shape: their checksums
   are Keccak's, and the first is optional. */

#include <stdbool.h>

/* Word for the first one in the text, static, or NULL. Linear. */
const char *warden_wallet_find(const char *text);

#endif
