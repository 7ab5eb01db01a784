/**
 * The Cedar policy language: a policy is text that a person can read, and a decision is a function
 * of the request, the entities and the policies alone. Semantics are those of Cedar 4 (the language
 * reference at docs.cedarpolicy.com and the published conformance cases); nothing here knows what
 * Domicile uses it for.
 *
 * <ul>
 *   <li>{@link org.domicile.cedar.PolicySet}: policies from text, templates and their links.
 *   <li>{@link org.domicile.cedar.Schema}: types of entities and actions, from text.
 *   <li>{@link org.domicile.cedar.Entities}: what is known, from JSON or from objects.
 *   <li>{@link org.domicile.cedar.Request}: who does what to what, in which context.
 *   <li>{@link org.domicile.cedar.Authorizer#decide}: the decision, which policies determined it,
 *       and which erred.
 *   <li>{@link org.domicile.cedar.Validator}: finds, before a policy decides anything, what would
 *       err when it does.
 *   <li>{@link org.domicile.cedar.JsonForm}: entities, names and values in Cedar's JSON, for somebody
 *       else's engine.
 *   <li>{@link org.domicile.cedar.Conformance}: runs cases with known answers.
 * </ul>
 *
 * <p><b>Errors.</b> An erring policy does not apply, and the decision names it; what that means is
 * the caller's choice. Malformed input of every kind is a {@link
 * org.domicile.cedar.CedarException}, and nothing else is thrown for it.
 *
 * <p><b>Limits.</b> A text has at most 4 Mi characters, an expression is at most 200 levels deep, a
 * policy has at most 100 conditions, JSON and types are at most 128 levels deep.
 *
 * <p><b>Sharing.</b> All public types but the builders are immutable and may be used by any number
 * of threads at once.
 */
@NullMarked
package org.domicile.cedar;

import org.jspecify.annotations.NullMarked;
