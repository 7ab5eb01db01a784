package org.domicile.tables;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.file.SeekableByteArrayInput;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.domicile.keyspace.Keyspace;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Manifests that somebody else wrote cost no more than they are. */
@Timeout(60)
class AvroFilesTest {
    private static final int ROUNDS = 400;

    private final MemoryWarehouse warehouse = new MemoryWarehouse("city");
    private final Keyspace keyspace = Keyspace.inMemory();
    private final Tables tables = open();
    private String id = "";

    @BeforeEach
    void begin() {
        tables.create(
                RowsContract.request(),
                warehouse,
                new NewNamespace(RowsContract.TRAVEL, Map.of()),
                Once.NOT);
        id =
                tables.create(
                                RowsContract.request(),
                                warehouse,
                                RowsContract.FLIGHTS,
                                RowsContract.wanted(),
                                Once.NOT)
                        .id();
        for (String each : List.of("a", "b")) {
            tables.commit(
                    RowsContract.request(),
                    warehouse,
                    RowsContract.append(id, RowsContract.file(warehouse, id, each, 1, 10)));
        }
    }

    private Tables open() {
        return Tables.open(keyspace, InstantSource.system(), RandomGenerator.getDefault());
    }

    /** By a server that has not seen the files yet, as they never change otherwise. */
    private int scanned() {
        Tables fresh = open();
        Loaded loaded = fresh.load(warehouse, Kind.TABLE, RowsContract.FLIGHTS);
        return fresh.scan(warehouse, loaded, new Moment.Now(), new Filter.All(), List.of())
                .files()
                .size();
    }

    private Refusal refused() {
        return assertThrows(Refusal.class, this::scanned);
    }

    private byte[] file(String name) {
        return Objects.requireNonNull(warehouse.files.get(name), name);
    }

    private String manifest() {
        return warehouse.files.keySet().stream()
                .filter(each -> each.endsWith("-m0.avro"))
                .sorted()
                .findFirst()
                .orElseThrow();
    }

    /** A deflated block of a manifest that unpacks to so many zeros behind what it has. */
    private static byte[] bomb(byte[] manifest, long zeros) throws IOException {
        Container container = Container.of(manifest);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (DeflaterOutputStream out =
                new DeflaterOutputStream(packed, new Deflater(9, true), 1 << 16)) {
            byte[] some = new byte[1 << 20];
            for (long left = zeros; left > 0; left -= some.length) {
                out.write(some, 0, (int) Math.min(left, some.length));
            }
        }
        return container.with(1, packed.toByteArray());
    }

    /** Header and marker of a container, to which blocks are added. */
    private record Container(byte[] header, byte[] sync) {
        static Container of(byte[] file) throws IOException {
            try (DataFileReader<GenericRecord> reader =
                    new DataFileReader<>(
                            new SeekableByteArrayInput(file), new GenericDatumReader<>())) {
                int first = (int) reader.previousSync();
                return new Container(
                        Arrays.copyOf(file, first), Arrays.copyOfRange(file, first - 16, first));
            }
        }

        byte[] with(long count, byte[] block) throws IOException {
            return with(count, block.length, block);
        }

        byte[] with(long count, long length, byte[] block) throws IOException {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(header);
            number(out, count);
            number(out, length);
            out.write(block);
            out.write(sync);
            return out.toByteArray();
        }

        private static void number(ByteArrayOutputStream out, long value) {
            long bits = (value << 1) ^ (value >> 63);
            while ((bits & ~0x7FL) != 0) {
                out.write((int) (bits & 0x7F | 0x80));
                bits >>>= 7;
            }
            out.write((int) bits);
        }
    }

    @Test
    void whatABlockUnpacksToIsBounded() throws IOException {
        assertEquals(2, scanned());
        byte[] bomb = bomb(file(manifest()), 200L << 20);
        assertTrue(bomb.length < 8 << 20, "bytes: " + bomb.length);
        warehouse.files.put(manifest(), bomb);
        Refusal refusal = refused();
        assertEquals(Refusal.Kind.TOO_LARGE, refusal.kind(), refusal::getMessage);
        assertTrue(refusal.sentence().contains("64 MiB"), refusal::sentence);
    }

    @Test
    void whatAFileUnpacksToIsBounded() throws IOException {
        AvroFiles.Deflated codec = new AvroFiles.Deflated();
        byte[] packed = codec.compress(ByteBuffer.wrap(new byte[AvroFiles.MOST_BLOCK])).array();
        for (long done = 0; done < AvroFiles.MOST_FILE; done += AvroFiles.MOST_BLOCK) {
            assertEquals(
                    AvroFiles.MOST_BLOCK, codec.decompress(ByteBuffer.wrap(packed)).remaining());
        }
        Refusal refusal =
                assertThrows(Refusal.class, () -> codec.decompress(ByteBuffer.wrap(packed)));
        assertEquals(Refusal.Kind.TOO_LARGE, refusal.kind());
    }

    /** A length that a file says is not allocated before it is there. */
    @Test
    void lengthsAreNotBelieved() throws IOException {
        byte[] good = file(manifest());
        Container container = Container.of(good);
        byte[] block = {0};
        for (long length : new long[] {Integer.MAX_VALUE - 8, Long.MAX_VALUE, -5, 1_000}) {
            warehouse.files.put(manifest(), container.with(1, length, block));
            assertEquals(Refusal.Kind.UNREADABLE, refused().kind(), "length " + length);
        }
        for (long count : new long[] {Long.MAX_VALUE, -1, 10_000_001}) {
            warehouse.files.put(manifest(), container.with(count, block));
            assertEquals(Refusal.Kind.UNREADABLE, refused().kind(), "count " + count);
        }
        // a key of the header of two gigabytes
        byte[] header = {'O', 'b', 'j', 1, 2, -2, -1, -1, -1, 15};
        warehouse.files.put(manifest(), header);
        assertEquals(Refusal.Kind.UNREADABLE, refused().kind());
        warehouse.files.put(manifest(), new byte[0]);
        assertEquals(Refusal.Kind.UNREADABLE, refused().kind());
        warehouse.files.put(manifest(), good);
        assertEquals(2, scanned());
    }

    @Test
    void whatIsPackedInAnotherWayIsSaid() throws IOException {
        byte[] good = file(manifest());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DataFileReader<GenericRecord> reader =
                        new DataFileReader<>(
                                new SeekableByteArrayInput(good), new GenericDatumReader<>());
                DataFileWriter<GenericRecord> writer =
                        new DataFileWriter<>(new GenericDatumWriter<>())) {
            for (String key : reader.getMetaKeys()) {
                if (!key.startsWith("avro.")) {
                    writer.setMeta(key, reader.getMeta(key));
                }
            }
            writer.setCodec(CodecFactory.nullCodec());
            writer.create(reader.getSchema(), out);
            reader.forEach(each -> append(writer, each));
        }
        warehouse.files.put(manifest(), out.toByteArray());
        assertEquals(2, scanned());
        // the same with the name of another one
        byte[] other =
                new String(good, StandardCharsets.ISO_8859_1)
                        .replace("deflate", "snappy7")
                        .getBytes(StandardCharsets.ISO_8859_1);
        warehouse.files.put(manifest(), other);
        Refusal refusal = refused();
        assertEquals(Refusal.Kind.UNSUPPORTED, refusal.kind());
        assertTrue(refusal.sentence().contains("write.avro.compression-codec"), refusal::sentence);
    }

    private static void append(DataFileWriter<GenericRecord> writer, GenericRecord each) {
        try {
            writer.append(each);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Whatever is changed in a manifest or a list, it is read or refused, and costs nothing. */
    @Test
    void brokenOnesAreRefused() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        int refusals = 0;
        for (int round = 0; round < ROUNDS; round++) {
            List<String> names =
                    warehouse.files.keySet().stream()
                            .filter(each -> each.endsWith(".avro"))
                            .sorted()
                            .toList();
            String name = names.get(random.nextInt(names.size()));
            byte[] good = file(name);
            warehouse.files.put(name, broken(good, random));
            try {
                scanned();
            } catch (Refusal _) {
                refusals++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ", round " + round + ", " + name, e);
            } finally {
                warehouse.files.put(name, good);
            }
        }
        assertTrue(refusals > ROUNDS / 4, "refused: " + refusals);
    }

    /** With bytes that are others, a part that is missing, or texts in its block that are long. */
    private static byte[] broken(byte[] good, Random random) {
        byte[] bytes = good.clone();
        switch (random.nextInt(4)) {
            case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 1 -> {
                for (int i = random.nextInt(8); i >= 0; i--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
            }
            default -> {
                try {
                    Container container = Container.of(good);
                    byte[] plain = plain(good, container);
                    for (int i = random.nextInt(4); i >= 0; i--) {
                        int at = random.nextInt(plain.length);
                        plain[at] = (byte) (random.nextBoolean() ? -1 : random.nextInt());
                    }
                    bytes =
                            container.with(
                                    1 + random.nextInt(3),
                                    bytes(
                                            new AvroFiles.Deflated()
                                                    .compress(ByteBuffer.wrap(plain))));
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        }
        return bytes;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    /** What its first block holds. */
    private static byte[] plain(byte[] file, Container container) throws IOException {
        ByteArrayInputStream in =
                new ByteArrayInputStream(
                        file, container.header().length, file.length - container.header().length);
        number(in);
        int length = (int) number(in);
        return bytes(new AvroFiles.Deflated().decompress(ByteBuffer.wrap(in.readNBytes(length))));
    }

    private static long number(ByteArrayInputStream in) {
        long bits = 0;
        int shift = 0;
        int next;
        do {
            next = in.read();
            bits |= (next & 0x7FL) << shift;
            shift += 7;
        } while (next > 0x7F);
        return (bits >>> 1) ^ -(bits & 1);
    }
}
