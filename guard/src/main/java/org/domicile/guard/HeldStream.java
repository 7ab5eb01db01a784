package org.domicile.guard;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.domicile.tables.Warehouse;

/** Bytes of a file of a warehouse, which is let go of with them. */
final class HeldStream extends FilterInputStream {
    private final Warehouse.Readable file;

    HeldStream(InputStream in, Warehouse.Readable file) {
        super(in);
        this.file = file;
    }

    @Override
    public void close() throws IOException {
        try {
            super.close();
        } finally {
            file.close();
        }
    }
}
