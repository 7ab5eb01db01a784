package org.domicile.guard;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.domicile.query.DataFile;
import org.domicile.query.Footer;
import org.domicile.query.TableFile;
import org.domicile.query.Written;

/**
 * Rows of a live table that no snapshot has yet, as a file of Parquet in memory. Immutable; its
 * bytes are nobody's to change.
 */
final class HotFile {
    /** What the ids of such files begin with, and no other's. */
    static final String ID = "hot\n";

    private final byte[] bytes;
    private final DataFile file;

    /**
     * @param number another one for other rows
     * @param place as it is called on record: the table
     */
    private HotFile(long number, String place, byte[] bytes, Footer footer) {
        this.bytes = bytes;
        this.file = new DataFile(ID + number, place, footer);
    }

    /** What a session has written. */
    static HotFile of(long number, String place, Written written) throws IOException {
        byte[] bytes;
        try (InputStream in = written.read()) {
            bytes = in.readAllBytes();
        }
        Footer footer =
                Footer.read(
                        bytes.length,
                        (offset, length) ->
                                new ByteArrayInputStream(
                                        bytes, Math.toIntExact(offset), Math.toIntExact(length)));
        return new HotFile(number, place, bytes, footer);
    }

    String id() {
        return file.id();
    }

    long size() {
        return bytes.length;
    }

    long rows() {
        return file.footer().rows();
    }

    InputStream read(long offset, long length) {
        return new ByteArrayInputStream(bytes, Math.toIntExact(offset), Math.toIntExact(length));
    }

    /** As a file of its table, of which nothing is deleted. */
    TableFile file() {
        return new TableFile(file, file.id(), Map.of(), List.of());
    }
}
