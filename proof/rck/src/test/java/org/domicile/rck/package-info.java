/**
 * Iceberg's REST compatibility kit ({@code iceberg-open-api}, classifier {@code tests}) against the
 * running program, and what it leaves out: Iceberg's own client with vended credentials, signing,
 * plans and keys of changes. Which of the kit's flags differ from its defaults, and why, stands in
 * docs/decisions/0023.
 */
@NullMarked
package org.domicile.rck;

import org.jspecify.annotations.NullMarked;
