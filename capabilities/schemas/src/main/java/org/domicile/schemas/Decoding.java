package org.domicile.schemas;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Records of one schema's columns. How to read what another schema wrote, or that it cannot be
 * read, is kept for the last few of them.
 */
final class Decoding implements RowDecoder {
    /** Confluent's header: a zero byte and the id of the writer's schema. */
    private static final int HEADER = 1 + Integer.BYTES;

    private static final int KEPT = 64;

    /** The organisation's schemas by id. */
    interface Writers {
        Optional<Parsed> by(int id);
    }

    private final Parsed reader;
    private final List<Column> columns;
    private final Writers writers;
    private final Rows plain;
    private final Map<Integer, Rows> framed =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Integer, Rows> eldest) {
                    return size() > KEPT;
                }
            };

    Decoding(Parsed reader, List<Column> columns, Writers writers) {
        this.reader = reader;
        this.columns = columns;
        this.writers = writers;
        this.plain = reader.plain();
    }

    @Override
    public List<Column> columns() {
        return columns;
    }

    @Override
    public Decoded decode(byte[] value) {
        try {
            if (value.length == 0) {
                throw new BadRecord("it is empty");
            }
            if (value[0] != 0) {
                return new Decoded.Row(plain.read(value, 0));
            }
            if (value.length < HEADER) {
                throw new BadRecord("its header ends too early");
            }
            return new Decoded.Row(from(ByteBuffer.wrap(value).getInt(1)).read(value, HEADER));
        } catch (BadRecord e) {
            return new Decoded.Unfit(e.sentence());
        } catch (BadSchema e) {
            // registered by a program that took what this one does not
            return new Decoded.Unfit("the schema that wrote it is not read here any more");
        }
    }

    private Rows from(int id) {
        synchronized (framed) {
            Rows known = framed.get(id);
            if (known != null) {
                return known;
            }
        }
        Rows fresh =
                made(id).orElseThrow(() ->
                        new BadRecord(
                                "its header names a schema that its organisation does not have"));
        synchronized (framed) {
            framed.put(id, fresh);
        }
        return fresh;
    }

    /** An id means the same for ever: of one that cannot be read that is kept too. */
    private Optional<Rows> made(int id) {
        try {
            return writers.by(id).map(this::rows);
        } catch (BadRecord | BadSchema e) {
            return Optional.of((_, _) -> {
                throw e;
            });
        }
    }

    private Rows rows(Parsed writer) {
        if (writer.getClass() != reader.getClass()) {
            throw new BadRecord("the schema that wrote it is of another language");
        }
        return reader.from(writer);
    }
}
