/**
 * Policy: who may do what, for which purpose, between which zones, decided by {@linkplain
 * org.domicile.cedar Cedar}.
 *
 * <p><b>State.</b> Organisations, zones, purposes, principals, credentials, roles, outbound targets
 * with their secrets, labels, policies. All of it is one immutable {@link
 * org.domicile.policy.Register} in memory, rebuilt from the keyspace at start and swapped whole
 * after each change together with what decisions are made of (entities, compiled policies), so a
 * decision reads no disk and no lock, and a change is in force for every request that begins after
 * its commit returned.
 *
 * <p><b>What decides.</b> One set of policies for each organisation: those of the program ({@code
 * fixed.cedar} beside this class, with the schema {@code schema.cedarschema}), then those that the
 * organisation has put. A request is allowed when something permits it, nothing forbids it and
 * nothing errs. The program's policies permit what a credential lists; an organisation's can forbid
 * more, and can permit nothing beyond that. The first of those that forbid, in this order, is the
 * reason that the caller is told; all go on record.
 *
 * <ol>
 *   <li>{@code no-caller}: an anonymous caller, to what is not shared with everybody.
 *   <li>{@code credential-withdrawn}, {@code credential-expired}.
 *   <li>{@code no-purpose}, {@code purpose-withdrawn}, {@code purpose-expired}: the caller's
 *       purpose is not valid.
 *   <li>{@code other-organisation}: the bucket is another tenant's, or the object is, and it is not
 *       shared with the caller.
 *   <li>{@code zone-mismatch}: the zone where the data lie, or the zone where they go, is not
 *       inside both a zone of the bucket and a zone of the purpose. A request that concerns no
 *       bucket compares with the purpose alone.
 *   <li>{@code reserved-for-tables}: the bucket is reserved for files of tables, and the caller is
 *       no session that the catalog made for that one table, or does more than it is for.
 *   <li>{@code session-of-a-table}: such a session does something else.
 *   <li>{@code role-not-trusted}: the role that somebody wants to act in does not trust him.
 *   <li>{@code session-not-allowed}: a temporary credential asks for another.
 *   <li>{@code purpose-prohibited}: a label where the data lie, or one that they were derived
 *       under, prohibits the purpose, its kind, or those of a purpose that it is a part of.
 *   <li>{@code purpose-not-allowed}: such a label allows others only.
 *   <li>{@code class-not-in-purpose}: the data are of a class that the purpose does not list.
 *   <li>{@code action-not-in-purpose}: the purpose does not list the action.
 *   <li>{@code action-not-listed}, {@code bucket-not-listed}: the credential does not list it.
 *   <li>{@code bucket-policy}: the policy of the bucket forbids it.
 *   <li>{@code SET/ID}: a policy of the organisation, by the name of its set and its {@code @id},
 *       or {@code policyN} by its place in the text.
 *   <li>{@code policy-error}: a policy erred, and a forbid that errs must not let pass what it was
 *       written against.
 *   <li>{@code not-permitted}: nothing permits it.
 *   <li>{@code role-not-permitted}, {@code session-not-permitted}: all this lets a session's
 *       request through, and a document that the session stays within does not.
 * </ol>
 *
 * <p><b>Sessions.</b> A temporary credential stands in no register; the request brings what it is
 * ({@link org.domicile.request.Caller.By.Session}), which the guard has sealed and opened. It is an
 * entity of the type {@code Credential} like any, so whatever forbids something to credentials
 * forbids it to sessions. In a {@link org.domicile.policy.Role} it acts under that role's one
 * purpose, lists everything, and stays within two documents: the role's permissions and, if it
 * brought one, its own policy. Each is a decision of its own, by Cedar, made only when everything
 * else allows: so a session may do what all of them permit, and never more. It ends with its time,
 * its role, its purpose, the credential that asked for it, and the issuer whose token did.
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
 * <p><b>Rules of tables</b> ({@link org.domicile.policy.TableRules}) say which classes of data the
 * columns of a table hold, and which rows purposes see. What they leave to a purpose is its {@link
 * org.domicile.policy.Sight}; the guard keeps to it, beside the decision. Which rows is a {@link
 * org.domicile.policy.Condition}. See docs/decisions/0030.
 *
 * <p><b>Sharing.</b> A bucket's policy ({@link org.domicile.policy.BucketPolicy}) and ACLs ({@link
 * org.domicile.policy.Acl}) are policies of Cedar as well, in the words of S3. They are asked
 * first, each by itself; that they granted or denied something is a fact that the policies above
 * read. So they let others in, strangers too, and keep the bucket's own organisation out, and never
 * reach beyond purposes, zones and labels. Where nothing is shared ({@link
 * org.domicile.policy.Sharing#asks}), nothing is asked.
 *
 * <p><b>Seals</b> ({@link org.domicile.policy.Seal}). A purpose may allow that uses under it are
 * sealed until a day; it says so when it is created and never otherwise. A credential with which
 * they are is asked for by one principal and approved by another. Until then it has no secret and
 * decides as one that was withdrawn; it ends with its day at the latest. For how long at most is a
 * setting of the register that no decision reads.
 *
 * <p><b>Notifications.</b> The program tells targets of changes of objects under the purpose of
 * whoever asked for it, not under one of its own: so purposes, zones and labels hold for it as for
 * anybody. What it ends by a bucket's own rules, and what it lets go untold, is no use of the data.
 *
 * <p>The third and the fifth line cannot be switched off: no policy reaches a request that they
 * forbid.
 *
 * <p><b>Made again.</b> A decision is a function of the deciding set, the register and what the
 * request brings. A use's record names the first two, and a bucket's policy, by digest and holds
 * the rest ({@link org.domicile.policy.Decision#read}); {@link org.domicile.policy.Policy#explain}
 * makes the decision once more, and gives all that somebody else's engine needs to do the same.
 * Registers, sets and documents of the past are kept for that; {@link
 * org.domicile.policy.Policy#evidence} gathers what a record names, for who decides without us.
 *
 * <p><b>Limits.</b> A text of policies has at most 64 KiB and 64 policies, an organisation 16 of
 * them. They are validated against the schema before they are taken. A role's permissions have 20
 * KiB; a session's policy 2,048 characters, and 64 KiB once it is compiled; an organisation 1,024
 * roles and as many targets. 512 compiled documents of sessions are remembered.
 *
 * <p>Each change is one transaction with the record of the request that makes it, and with its
 * statement in the public log. Secrets of credentials and texts of policies are stored sealed
 * ({@link org.domicile.keys.Vault}).
 */
@NullMarked
package org.domicile.policy;

import org.jspecify.annotations.NullMarked;
