package org.domicile.objects;

import java.time.Instant;

/**
 * One uploaded part.
 *
 * @param number 1 to 10,000
 * @param size plain bytes
 * @param token the guard's token of the part's ETag
 * @param state what the guard sealed beside it (digests); opened by the guard alone
 * @param modified when it was committed
 */
public record Part(int number, long size, byte[] token, byte[] state, Instant modified) {}
