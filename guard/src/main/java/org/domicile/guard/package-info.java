/**
 * The guard: the only way from a door to a capability.
 *
 * <p>One guarded call, top to bottom: take a permit (limits), ask policy, take a number, have the
 * use recorded, seal or unseal, call the capability. For a change the record rides in the
 * capability's own commit; for a read it is a commit of its own, durable before the first byte
 * leaves, and the pass it gives opens the keys. A refusal is recorded too (repeated ones are
 * counted) and thrown as {@link org.domicile.guard.Refused}. If recording is impossible, nothing is
 * served.
 *
 * <p>A door makes a {@link org.domicile.request.Request}, asks {@link org.domicile.guard.Guard} for
 * the view of one capability under it, and calls that. Views speak in plain bytes, ETags and
 * attributes; what lies below is sealed. They are owned by the request's thread.
 *
 * <p>A copy is two uses: the source is read (toward the target's zone) and the target is written,
 * each with its own number, because the source's keys open only once its reading is on record.
 *
 * <p>A body can be sealed under a second key beside its bucket's ({@link
 * org.domicile.guard.Encryption}). Which one it is lies in the version's state, which is read
 * before the record: a key that is missing or wrong, or was destroyed, is a read on record that
 * gave nothing. Nobody's key but the store's own outlives its call.
 *
 * <p>A session ({@link org.domicile.guard.GuardedSessions}) is its sealed token; {@link
 * org.domicile.guard.Identity} opens it, and policy is asked about it at each request like about
 * any caller. Keys of issuers come from outside by way of {@link org.domicile.outbound.Outbound},
 * each fetch a use of its own.
 *
 * <p>What buckets tell of changes ({@link org.domicile.guard.Deliveries}) is written by the
 * change's own commit and sent later, each try a use of its own. Two connections lead outside: this
 * one, and that to issuers.
 *
 * <p>Tables are kept in order ({@link org.domicile.guard.UpkeepOfTables}) by the program itself, in
 * the log of the organisation whose they are: what is removed is on record before, and depends on
 * what was seen. Their files are made fewer ({@link org.domicile.guard.CompactionOfTables}) as a
 * statement of SQL would do it, by the program: rows are read and written under records that say
 * so, and nobody sees one. Their values are counted ({@link org.domicile.guard.StatisticsOfTables})
 * in the same way, but for what rules keep from anybody.
 *
 * <p>Whom a use concerns, the data set's rules find in names and in tags. Tags lie in a version's
 * state, too; what is read, copied, amended, replaced or removed is looked at in the very state
 * that is used, and a state that cannot be read stops the use.
 *
 * <p>Every operation of every door says in one table what it does with data and how it is put on
 * record: the launcher's test {@code DataPaths}. Its tests take the operations from the closed sets
 * of all modules that are doors, and fail for one without a line.
 *
 * <p><b>Who answers which failure.</b> {@link org.domicile.guard.Refused}: policy said no. {@link
 * org.domicile.bytes.StorageFailure}: OVERLOADED and FULL may pass, FENCED and CORRUPT need the
 * operator; in none of them anything half done is visible. Outcomes of the operation itself
 * (absent, condition failed) are values. Anything else is a bug and crashes the request.
 */
@NullMarked
package org.domicile.guard;

import org.jspecify.annotations.NullMarked;
