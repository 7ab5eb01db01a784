package org.domicile.sql;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** What a client sends of a COPY, piece by piece. */
interface CopySource {
    /** None: a conversation without a wire. */
    CopySource NONE =
            () -> {
                throw new org.domicile.postgres.SqlError(
                        "0A000", "COPY FROM STDIN needs a connection of PostgreSQL's protocol");
            };

    /** The next one; empty at the end. @throws org.domicile.postgres.SqlError when it breaks off */
    Optional<byte[]> next() throws IOException;

    /** All of them, one after the other. */
    static InputStream stream(CopySource source) {
        return new Pieces() {
            @Override
            Optional<byte[]> next() throws IOException {
                return source.next();
            }
        };
    }
}
