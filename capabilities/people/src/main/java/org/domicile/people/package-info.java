/**
 * People whom data are about: how they are found, what they are asked and told.
 *
 * <p><b>Rules.</b> A data set (a bucket, or what begins with a prefix in it) may have rules that
 * say where the identifier of a person stands: in an object's name, {@code patients/{subject}/}, or
 * as the value of a tag of a given key. A rule belongs to the bucket's organisation. Rules are in
 * memory, and finding what they say of a name, or of tags that are at hand, reads no disk; whoever
 * asks knows the tags, and asks first whether any rule reads them. What is found is an identifier
 * in plain; whoever asks turns it into a key at once (see {@link
 * org.domicile.keys.Keys#createSubject}) and keeps it nowhere.
 *
 * <p><b>Codes.</b> A one-time code lets a person see the uses that concern her. Only the code's
 * digest is stored, with the person's key id sealed beside it; it is good once, and for a while.
 *
 * <p><b>Erasure.</b> The key's death is in the key store, and the entry that says so in the
 * keyspace: two places, so first the entry and the intention are one commit, then the key dies,
 * then the intention goes. A start finds what was cut off and completes it before anything is
 * served.
 *
 * <p><b>Keys of the keyspace.</b> {@code ("people", "rule", id)}: the rule, one text a line: id,
 * organisation, bucket, instant, prefix, pattern; of a rule that reads a tag an empty pattern, and
 * a seventh line with the tag's key. {@code ("people", "code", digest)}: sealed. {@code ("people",
 * "dying", key id)}: empty.
 *
 * <p><b>Limits.</b> 1,000 rules, 8 of them for one bucket; 100,000 living codes.
 */
@NullMarked
package org.domicile.people;

import org.jspecify.annotations.NullMarked;
