/**
 * Policy: who may do what, for which purpose, between which zones. The first form; the Cedar
 * language comes in behind the same {@link org.domicile.policy.Policy#decide}.
 *
 * <p><b>State.</b> Organisations, zones (a tree), purposes, principals, credentials. All of it is
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
 *   <li>{@code action-not-listed}, {@code bucket-not-listed}: the credential does not list it.
 *   <li>{@code allowed}.
 * </ol>
 *
 * <p>Each change is one transaction with the record of the request that makes it, and with its
 * statement in the public log. Secrets of credentials are stored sealed ({@link
 * org.domicile.keys.Vault}).
 */
@NullMarked
package org.domicile.policy;

import org.jspecify.annotations.NullMarked;
