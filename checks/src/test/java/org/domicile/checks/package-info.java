/**
 * Rules about our own code: who may see whom, which library lives where, and what no source file
 * may hold. A rule is a pure function from facts to violations, so that a test can show that it
 * bites.
 */
@NullMarked
package org.domicile.checks;

import org.jspecify.annotations.NullMarked;
