package org.domicile.guard;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.domicile.query.DataFile;
import org.domicile.query.Footer;
import org.domicile.query.TableFile;
import org.domicile.query.Written;
import org.domicile.tables.NewFile;

/**
 * Rows of a live table that no snapshot has yet, as a file of Parquet: in memory first, then as a
 * piece in the table's place, and at last as a data file that is ready for its snapshot. Immutable.
 */
sealed interface HotFile {
    /** What the ids of such files begin with, and no other's. */
    String ID = "hot\n";

    /** Another one for other rows. */
    String id();

    Footer footer();

    default long size() {
        return footer().length();
    }

    default long rows() {
        return footer().rows();
    }

    /** As a file of its table, of which nothing is deleted. @param place as it is on record */
    default TableFile file(String place) {
        return new TableFile(new DataFile(id(), place, footer()), id(), Map.of(), List.of());
    }

    /** Its bytes are nobody's to change. */
    record InMemory(String id, byte[] bytes, Footer footer) implements HotFile {
        InputStream read(long offset, long length) {
            return new ByteArrayInputStream(
                    bytes, Math.toIntExact(offset), Math.toIntExact(length));
        }
    }

    /** One that lies, sealed, in the table's place. */
    sealed interface Laid extends HotFile {
        /** Name in the warehouse's bucket. */
        String name();

        /** When it was laid there. */
        Instant since();

        @Override
        default String id() {
            return ID + name();
        }
    }

    /** Too small for a data file: it is packed with others. */
    record Piece(String name, Instant since, Footer footer) implements Laid {}

    /** A data file. */
    record Ready(NewFile made, Instant since, Footer footer) implements Laid {
        @Override
        public String name() {
            return made.name();
        }
    }

    /** What a session has written. @param number another one for other rows */
    static InMemory of(long number, Written written) throws IOException {
        byte[] bytes;
        try (InputStream in = written.read()) {
            bytes = in.readAllBytes();
        }
        return new InMemory(
                ID + number,
                bytes,
                Footer.read(
                        bytes.length,
                        (offset, length) ->
                                new ByteArrayInputStream(
                                        bytes, Math.toIntExact(offset), Math.toIntExact(length))));
    }

    /** What is in a file that a session has written. */
    static Footer footer(Written written) throws IOException {
        return Footer.read(
                written.size(),
                (offset, length) -> {
                    InputStream in = written.read(); // its end would be that of the file
                    in.skipNBytes(offset);
                    return new ByteArrayInputStream(in.readNBytes(Math.toIntExact(length)));
                });
    }
}
