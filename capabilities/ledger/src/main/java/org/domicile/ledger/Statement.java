package org.domicile.ledger;

import java.util.Map;

/**
 * A statement for the public log.
 *
 * @param kind for example {@code purpose.created}, {@code credential.withdrawn}
 * @param facts public facts by name, values as text; people only as random ids
 * @param texts texts that could name people: committed to in the entry, their values in the
 *     erasable payload
 */
public record Statement(String kind, Map<String, String> facts, Map<String, String> texts) {}
