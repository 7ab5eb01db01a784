/**
 * Who asks for what, under which purpose, from where, until when: the explicit first argument of
 * every guarded call.
 *
 * <p>A door makes a {@link org.domicile.request.Request}; the guard attaches a {@link
 * org.domicile.request.Pending} record to it; a capability hands it on to the one commit that makes
 * the outcome true, and the commit lane takes the record from it. There is no ambient state: no
 * thread-local, no context that travels by itself.
 */
@NullMarked
package org.domicile.request;

import org.jspecify.annotations.NullMarked;
