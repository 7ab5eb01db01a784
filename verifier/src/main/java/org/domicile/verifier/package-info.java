/**
 * Reads a ledger from its files alone and says whether they hold together.
 *
 * <p>This is a second implementation on purpose: it shares no code with the ledger that writes, so
 * that a mistake there is not repeated here. It writes nothing, opens no connection, and needs only
 * a folder of C2SP tlog-tiles and the verifier keys of the log.
 *
 * <p><b>What is implemented</b>, from C2SP: signed-note v1.0.0 (types 0x01 Ed25519, 0x04 Ed25519
 * cosignature and 0x06 ML-DSA-44; others are carried along unread), tlog-checkpoint v1.0.0,
 * tlog-cosignature v1.1.0-rc.1 (over whole trees), tlog-tiles v0.1.0, tlog-proof v1 and
 * tlog-policy. Hashes and proofs are RFC 6962's, checked as RFC 9162 section 2.1.3 and 2.1.4 say.
 *
 * <p><b>Which signatures count.</b> Keys whose name is not the checkpoint's origin are other logs'
 * and are left aside. Every key that was given for the origin must have signed: whoever names the
 * post-quantum key wants it checked. Signatures of keys that were not given are ignored. All base64
 * must be in its one canonical form, so that no byte of a note can change unseen.
 *
 * <p><b>Witnesses.</b> With a {@link org.domicile.verifier.TrustPolicy} the quorum of its witnesses
 * must have cosigned as well. Two keys of one witness are two witnesses to a policy: put them into
 * a group {@code any}, or they count twice.
 *
 * <p><b>What a folder's check does.</b> Each entry of each bundle is hashed and compared with its
 * level-0 tile, each full tile with its place in the tile above, and the root with the checkpoint.
 * One pass, one bundle in memory at a time. A partial file that is gone may be replaced by the full
 * one, as tlog-tiles allows. Files beyond the checkpoint's size are not looked at.
 *
 * <p><b>Several logs.</b> A Domicile installation's public log states size and root of each use
 * log, second by second ({@link Statements}). Checked together (the public log first, because a
 * server that runs publishes it last), each use log must be there and have had each stated root at
 * the stated size.
 */
@NullMarked
package org.domicile.verifier;

import org.jspecify.annotations.NullMarked;
