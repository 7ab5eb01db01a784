package org.domicile.sql;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.postgres.BinaryFormat;
import org.domicile.postgres.Missing;
import org.domicile.postgres.PgType;
import org.domicile.postgres.SqlError;
import org.domicile.postgres.TextFormat;

/**
 * Values of parameters as they came, to be read once their types are known.
 *
 * @param formats as in Bind
 * @param values empty for NULL
 */
record Given(List<Integer> formats, List<Optional<byte[]>> values) {
    static final Given NONE = new Given(List.of(), List.of());

    /** Whether any is in a format that cannot be read without its type. */
    boolean binary() {
        return formats.contains(1);
    }

    /** Their values. @param types as many, {@link PgType#UNKNOWN} for a text that stays one */
    List<Object> read(List<PgType> types, TextFormat format) {
        if (types.size() != values.size()) {
            throw new SqlError(
                    "08P01",
                    "bind message supplies %d parameters, but prepared statement requires %d"
                            .formatted(values.size(), types.size()));
        }
        List<Object> all = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i).isEmpty()) {
                all.add(Missing.NULL);
            } else if (Feed.binary(formats, i)) {
                all.add(BinaryFormat.read(types.get(i), values.get(i).get()));
            } else {
                all.add(format.read(types.get(i), text(values.get(i).get())));
            }
        }
        return all;
    }

    private static String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new SqlError("22021", "invalid byte sequence for encoding \"UTF8\"");
        }
    }
}
