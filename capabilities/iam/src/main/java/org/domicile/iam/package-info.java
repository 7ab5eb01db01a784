/**
 * IAM policy documents, as S3 takes them on buckets, principals and sessions, compiled to Cedar
 * (IAM User Guide, "IAM JSON policy reference"; versions 2012-10-17 and 2008-10-17).
 *
 * <ul>
 *   <li>{@link org.domicile.iam.Compiled#compile}: from a document to policies, one for each
 *       statement.
 *   <li>{@link org.domicile.iam.S3Request}: what a door has to know of a request, in IAM's words;
 *       it becomes a request and entities of Cedar.
 *   <li>{@link org.domicile.iam.ConditionKey}: the condition keys, their names, types and where
 *       they come from.
 *   <li>{@link org.domicile.iam.Question}: the few things that Cedar has no words for. A compiled
 *       policy asks whether the context contains the answer, and the answer's name says in full
 *       what it claims.
 *   <li>{@link org.domicile.iam.S3Schema}: the Cedar schema by which every compiled policy is
 *       valid.
 * </ul>
 *
 * <p><b>Meaning.</b> A compiled policy never errs. {@code Deny} becomes {@code forbid}, so it wins.
 * How the decisions of several documents join (identity or bucket policy allows, session policy
 * narrows) is for whoever asks for them.
 *
 * <p><b>Absent keys.</b> A line of a condition whose key the request does not have fails; with a
 * negation ({@code StringNotEquals}, …), {@code …IfExists} or {@code ForAllValues:} it holds; with
 * {@code ForAnyValue:} it fails, negated or not.
 *
 * <p><b>What cannot be read.</b> A value of a document that its operator cannot compare with is
 * refused. A value of a request that cannot be read as a number, moment, boolean or address matches
 * nothing: an operator fails, its negation holds. A variable without a value and without a default
 * makes the text that it stands in match nothing.
 *
 * <p><b>Case.</b> Names of actions and condition keys are the same in any case; elements, operators
 * and the names of tags are not.
 *
 * <p><b>Refusals.</b> Whatever is wrong with a document is an {@link
 * org.domicile.iam.IamException}, and nothing else is thrown for it.
 *
 * <p><b>Limits.</b> A document has at most 20 KiB and 16 levels, a pattern 2,048 characters.
 *
 * <p><b>Sharing.</b> All public types are immutable.
 */
@NullMarked
package org.domicile.iam;

import org.jspecify.annotations.NullMarked;
