package org.domicile.blobs;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Snapshot;

/** Reads every blob from end to end. @param corrupt those that do not verify */
record Everything(long blobs, long bytes, List<BlobId> corrupt) {
    static Everything in(Blobs blobs, Keyspace keyspace) {
        List<BlobId> ids = new ArrayList<>();
        try (Snapshot state = keyspace.snapshot()) {
            blobs.inspect(state, (id, _) -> ids.add(id));
        }
        long count = 0;
        long bytes = 0;
        List<BlobId> corrupt = new ArrayList<>();
        ByteBuffer scratch = ByteBuffer.allocate(64 << 10);
        for (BlobId id : ids) {
            try {
                Optional<BlobReader> opened = blobs.open(id);
                if (opened.isEmpty()) {
                    continue; // dropped meanwhile
                }
                try (BlobReader reader = opened.get()) {
                    for (long at = 0; at < reader.length(); ) {
                        int read = reader.read(scratch.clear(), at);
                        at += read;
                        bytes += read;
                    }
                }
            } catch (StorageFailure e) {
                if (e.kind() != StorageFailure.Kind.CORRUPT) {
                    throw e;
                }
                corrupt.add(id);
            }
            count++;
        }
        return new Everything(count, bytes, corrupt);
    }

    /** What is wrong with places, by blob. */
    static List<String> faults(Blobs blobs, Keyspace keyspace) {
        List<String> faults = new ArrayList<>();
        try (Snapshot state = keyspace.snapshot()) {
            blobs.inspect(state, (_, fault) -> fault.ifPresent(each -> faults.add(each.what())));
        }
        return faults;
    }
}
