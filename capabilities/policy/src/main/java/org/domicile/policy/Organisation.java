package org.domicile.policy;

import java.time.Instant;

/**
 * A tenant. @param name unique @param zone default zone of its buckets @param key id of its key in
 * the key store
 */
public record Organisation(String name, String zone, String key, Instant created) {}
