package org.domicile.guard;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.domicile.objects.Bucket;
import org.domicile.objects.Objects;
import org.domicile.objects.Version;
import org.domicile.tables.Warehouse;

/**
 * Manifests of tables that were read, by the object that they are; the oldest go when they are too
 * many bytes. They are shown to nobody, and used for nobody who may not read the table. Behind its
 * own lock.
 */
final class Manifests {
    private static final long MOST = 32L << 20;
    private static final int LARGEST = 8 << 20;

    /** One that is longer is not read. */
    private static final long LONGEST = 32L << 20;

    private static final String SUFFIX = ".avro";

    private final Objects objects;
    private final Map<String, byte[]> all = new LinkedHashMap<>(64, 0.75f, true);
    private long bytes;

    Manifests(Objects objects) {
        this.objects = objects;
    }

    private synchronized Optional<byte[]> of(String id) {
        return Optional.ofNullable(all.get(id));
    }

    private synchronized void keep(String id, byte[] manifest) {
        byte[] before = all.put(id, manifest);
        bytes += manifest.length - (before == null ? 0 : before.length);
        var oldest = all.entrySet().iterator();
        while (bytes > MOST && oldest.hasNext()) {
            bytes -= oldest.next().getValue().length;
            oldest.remove();
        }
    }

    /**
     * A warehouse that opens no manifest again which is remembered.
     *
     * @param share of the statement that reads them
     */
    Warehouse over(Warehouse warehouse, Bucket bucket, Describing.Share share) {
        return new Remembering(warehouse, bucket, share);
    }

    private final class Remembering implements Warehouse {
        private final Warehouse warehouse;
        private final Bucket bucket;
        private final Describing.Share share;

        Remembering(Warehouse warehouse, Bucket bucket, Describing.Share share) {
            this.warehouse = warehouse;
            this.bucket = bucket;
            this.share = share;
        }

        @Override
        public String organisation() {
            return warehouse.organisation();
        }

        @Override
        public String bucket() {
            return warehouse.bucket();
        }

        @Override
        public byte[] seal(String place, byte[] plain) {
            return warehouse.seal(place, plain);
        }

        @Override
        public byte[] open(String place, byte[] sealed) {
            return warehouse.open(place, sealed);
        }

        @Override
        public void write(String name, byte[] bytes) {
            warehouse.write(name, bytes);
        }

        @Override
        public void remove(String name) {
            warehouse.remove(name);
        }

        @Override
        public Readable read(String name) {
            Optional<String> id =
                    name.endsWith(SUFFIX)
                            ? objects.version(bucket, name, Optional.empty()).map(this::id)
                            : Optional.empty();
            Optional<byte[]> known = id.flatMap(Manifests.this::of);
            if (known.isPresent()) {
                share.passing(2L * known.get().length);
                return new Remembered(known.get());
            }
            Readable file = warehouse.read(name);
            try {
                share.passing(2 * Math.min(file.size(), LONGEST));
            } catch (Describing.Full e) {
                file.close();
                throw e;
            }
            if (id.isEmpty() || file.size() > LARGEST) {
                return file;
            }
            try (file;
                    InputStream in = file.read(0, file.size())) {
                byte[] manifest = in.readNBytes(LARGEST);
                keep(id.get(), manifest);
                return new Remembered(manifest);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Another one for other bytes. */
        private String id(Version version) {
            return String.join(
                    "\n",
                    bucket.id(),
                    version.name(),
                    version.id(),
                    Long.toString(version.size()),
                    HexFormat.of().formatHex(version.token()));
        }
    }

    /** Bytes in memory. */
    private record Remembered(byte[] bytes) implements Warehouse.Readable {
        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public InputStream read(long offset, long length) {
            int from = (int) Math.min(offset, bytes.length);
            return new ByteArrayInputStream(
                    Arrays.copyOfRange(bytes, from, (int) Math.min(from + length, bytes.length)));
        }

        @Override
        public void close() {}
    }
}
