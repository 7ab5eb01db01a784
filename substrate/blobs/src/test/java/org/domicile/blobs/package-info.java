/** The contract of blobs, and the engines broken on purpose. */
@NullMarked
package org.domicile.blobs;

import org.jspecify.annotations.NullMarked;
