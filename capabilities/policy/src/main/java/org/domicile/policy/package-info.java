/**
 * Policy: who may do what, for which purpose, between which zones. The first form; the Cedar
 * language comes in behind the same {@link org.domicile.policy.Policy#decide}.
 *
 * <p><b>State.</b> Organisations, zones, purposes, principals, credentials, labels. All of it is
 * one immutable {@link org.domicile.policy.Register} in memory, rebuilt from the keyspace at start
 * and swapped whole after each change, so a decision reads no disk and no lock, and a change is in
 * force for every request that begins after its commit returned.
 *
 * <p><b>Rules, in this order; the first that speaks decides.</b>
 *
 * <ol>
 *   <li>{@code no-caller}: an anonymous caller (public grants come with bucket policies).
 *   <li>{@code credential-withdrawn}, {@code credential-expired}.
 *   <li>{@code no-purpose}, {@code purpose-expired}, {@code purpose-withdrawn}: the credential's
 *       purpose is not valid.
 *   <li>{@code other-organisation}: the bucket is another tenant's.
 *   <li>{@code zone-mismatch}: the zone where the data lie, or the zone where they go, is not
 *       inside both a zone of the bucket and a zone of the purpose. A request that concerns no
 *       bucket compares with the purpose alone.
 *   <li>{@code purpose-withdrawn}, {@code purpose-expired}: a purpose that this one is a part of
 *       has ended.
 *   <li>{@code purpose-prohibited}: a label where the data lie, or one that they were derived
 *       under, prohibits the purpose, its kind, or those of a purpose that it is a part of.
 *   <li>{@code purpose-not-allowed}: such a label allows others only.
 *   <li>{@code class-not-in-purpose}: the data are of a class that the purpose does not list.
 *   <li>{@code action-not-in-purpose}: the purpose does not list the action.
 *   <li>{@code action-not-listed}, {@code bucket-not-listed}: the credential does not list it.
 *   <li>{@code allowed}.
 * </ol>
 *
 * <p><b>Trees.</b> A purpose may be a part of another of its organisation; it is never wider than
 * that one (classes, actions, zones, end), and ends with it. Zones lie in zones; classes of data
 * lie in classes. Kinds of purposes ({@link org.domicile.policy.Kinds}) and classes of data ({@link
 * org.domicile.policy.DataClasses}) are lists that come with the program.
 *
 * <p><b>Labels</b> ({@link org.domicile.policy.Label}) say of a bucket or a prefix what the data
 * are and whom they are for. All labels on the way to a name hold together. What is derived from
 * data takes their marks along ({@link org.domicile.policy.Marks}); the guard stores them with the
 * version.
 *
 * <p>Each change is one transaction with the record of the request that makes it, and with its
 * statement in the public log. Secrets of credentials are stored sealed ({@link
 * org.domicile.keys.Vault}).
 */
@NullMarked
package org.domicile.policy;

import org.jspecify.annotations.NullMarked;
