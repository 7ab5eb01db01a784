package org.domicile.schemas;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Rows of plain JSON, parsed once, from tokens to values. Each has a factory of its own: names of
 * members that strangers make up stay in its table for a while, where they make others' records
 * slow, or are refused, if they have the same hash.
 */
final class PlainJson implements Rows {
    static final int MOST_DIGITS = 400;

    private final Cell root;
    private final JsonFactory factory =
            JsonFactory.builder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(Schemas.MOST_LEVELS)
                                    .maxNumberLength(MOST_DIGITS)
                                    .build())
                    .build();

    PlainJson(Cell root) {
        this.root = root;
    }

    @Override
    public @Nullable Object[] read(byte[] value, int from) {
        try (JsonParser json = factory.createParser(value, from, value.length - from)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new BadRecord("it is neither framed nor a JSON object");
            }
            Object row = root.read(new Walk(json));
            if (json.nextToken() != null) {
                throw new BadRecord("something stands behind its JSON object");
            }
            if (row instanceof Object[] values) {
                return values;
            }
            throw new IllegalStateException("the root of a table is a struct");
        } catch (IOException e) {
            // What the parser says quotes the record.
            throw new BadRecord("it is no JSON that can be read");
        }
    }
}
