/**
 * Keys: their chain, their store, and the sealing of bytes.
 *
 * <p><b>Chain.</b> root → epoch → organisation → bucket → object. The <i>root key</i> never changes
 * and is what people back up: a file of mode 600, or one sealed under a passphrase. The <i>epoch
 * key</i> is sealed under it. Organisation keys are wrapped under the epoch key; bucket and subject
 * keys under their organisation's. An object's key is derived from its bucket's key and 24 random
 * bytes that stand in the object's sealed header (HKDF-SHA-256), so nothing has to be stored for
 * it.
 *
 * <p><b>Second keys.</b> A body can be sealed under two keys: its bucket's, and a <i>named key</i>
 * of the organisation, or one that a customer keeps and sends along. The object's key is then
 * derived from what it would be otherwise and from what the second key says of the same 24 bytes
 * (HKDF-SHA-256 both times), and the header has format 2. So the death of either ends the body, and
 * a customer's key is needed for reading while it is stored nowhere.
 *
 * <p><b>Key store.</b> Epoch key and wrapped keys are one small file, kept in every place of {@code
 * keys.places}, outside the data folder and outside its backups. A key's birth is appended and
 * synced in every place before the key is used. A key's death rewrites every place under a new
 * epoch key without the dead key, syncs, removes the old files, and is reported only then. Each
 * change raises the store's <i>generation</i>; the data folder remembers the highest it has seen,
 * so a store that is missing, truncated or older than its folder is refused with a sentence that
 * says which, before anything is written.
 *
 * <p><b>People.</b> The key of a person whom the data are about is found by a <i>token</i>, 16
 * bytes of an HMAC of organisation and identifier under a key of the store. Tokens stand in the
 * store's records and nowhere else: not in the data folder, so that no backup of it leads from an
 * identifier to a key id; and a death takes the token along. (Format 1 of the store had no tokens;
 * such a file is written anew when it is opened.)
 *
 * <p><b>Sealed forms.</b> AES-256-GCM everywhere. A <i>sealed value</i> (attributes, secrets):
 * format, nonce, ciphertext, tag, bound to a context. A <i>sealed body</i>: header with the
 * object's 24 random bytes, then chunks of 64 KiB plaintext, each with its tag; nonce = chunk index
 * and last-chunk flag, so chunks cannot be swapped, dropped or cut at the end; a range opens only
 * the chunks it touches.
 *
 * <p><b>Who may open.</b> A {@link org.domicile.keys.Sealer} can seal and not open. An {@link
 * org.domicile.keys.Opener} is given only against a {@link org.domicile.keys.Pass}, which only the
 * holder of the one {@link org.domicile.keys.Passes} can make: the ledger, once the record of the
 * use is durable.
 */
@NullMarked
package org.domicile.keys;

import org.jspecify.annotations.NullMarked;
