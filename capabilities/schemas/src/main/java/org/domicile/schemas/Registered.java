package org.domicile.schemas;

import java.time.Instant;

/**
 * A version of a subject.
 *
 * @param id of the schema, unique in the installation; the same schema has the same id in all
 *     subjects of an organisation
 * @param deleted whether it is only kept for what it wrote
 * @param made when it was registered
 */
public record Registered(
        String subject, int version, int id, SchemaText schema, boolean deleted, Instant made) {}
