/** Bytes: their order, their encodings, and the one durable way to write them to a file. */
@NullMarked
package org.domicile.bytes;

import org.jspecify.annotations.NullMarked;
