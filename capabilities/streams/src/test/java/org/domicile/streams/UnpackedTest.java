package org.domicile.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Batches as clients make them, and as somebody forges them. */
final class UnpackedTest {
    private static MemoryRecords batch(CompressionType type, int records, byte[] value) {
        return MemoryRecords.withRecords(
                Compression.of(type).build(),
                IntStream.range(0, records)
                        .mapToObj(_ -> new SimpleRecord(value))
                        .toArray(SimpleRecord[]::new));
    }

    private static OptionalLong of(MemoryRecords records) {
        return Unpacked.of(records, Unpacked.MOST_OF_A_REQUEST, BufferSupplier.NO_CACHING);
    }

    @ParameterizedTest
    @EnumSource
    void batchesAreRefusedByWhatTheyUnpackTo(CompressionType type) {
        assertTrue(of(batch(type, 16, new byte[1 << 20])).isPresent());
        byte[] value = new byte[1 << 20];
        new Random(20261130).nextBytes(value);
        assertTrue(of(batch(type, 1, value)).isPresent());
        // in clear it is what it is, and Kafka looks at that
        boolean clear = type == CompressionType.NONE;
        assertEquals(clear, of(batch(type, 33, new byte[1 << 20])).isPresent());
        assertEquals(clear, of(batch(type, 1, new byte[33 << 20])).isPresent());
    }

    @ParameterizedTest
    @EnumSource(names = {"GZIP", "LZ4", "ZSTD", "SNAPPY"})
    void aRequestHasALimitToo(CompressionType type) {
        MemoryRecords records = batch(type, 16, new byte[1 << 20]);
        assertEquals(
                OptionalLong.empty(), Unpacked.of(records, 8 << 20, BufferSupplier.NO_CACHING));
    }

    /** Who reads a block makes an array of the size that it claims to have, before it looks. */
    @ParameterizedTest
    @EnumSource(Forged.class)
    void whatABlockClaimsCounts(Forged forged) {
        MemoryRecords records = batch(CompressionType.SNAPPY, 1, new byte[1_000]);
        ByteBuffer bytes = records.buffer();
        int body = DefaultRecordBatch.RECORD_BATCH_OVERHEAD;
        switch (forged) {
            case BLOCK -> bytes.putInt(body + 16, 400 << 20);
            case UNPACKED -> bytes.put(body + 20, new byte[] {-1, -1, -1, -1, 7});
            case ALONE -> bytes.put(body, new byte[] {-1, -1, -1, -1, 7});
        }
        assertEquals(OptionalLong.empty(), of(records));
    }

    private enum Forged {
        BLOCK,
        UNPACKED,
        ALONE
    }

    @ParameterizedTest
    @EnumSource(names = {"GZIP", "LZ4", "ZSTD", "SNAPPY"})
    void whatIsBrokenIsKafkasToRefuse(CompressionType type) {
        byte[] value = new byte[200_000];
        Random random = new Random(20261130);
        random.nextBytes(value);
        ByteBuffer whole = batch(type, 1, value).buffer();
        for (int i = 0; i < 200; i++) {
            ByteBuffer bytes = ByteBuffer.allocate(whole.remaining()).put(whole.duplicate()).flip();
            for (int each = 0; each < 4; each++) {
                bytes.put(
                        random.nextInt(
                                DefaultRecordBatch.RECORD_BATCH_OVERHEAD,
                                DefaultRecordBatch.RECORD_BATCH_OVERHEAD + 64),
                        (byte) random.nextInt());
            }
            of(MemoryRecords.readableRecords(bytes)); // says anything, and ends
        }
    }

    @ParameterizedTest
    @EnumSource
    void headersOfARecordAreCounted(CompressionType type) {
        assertTrue(of(headed(type, 1_000)).isPresent());
        assertEquals(OptionalLong.empty(), of(headed(type, 1_001)));
        assertEquals(OptionalLong.empty(), of(headed(type, 600_000)));
    }

    private static MemoryRecords headed(CompressionType type, int headers) {
        Header[] all = new Header[headers];
        Arrays.fill(all, new RecordHeader("", (byte[]) null));
        return MemoryRecords.withRecords(
                Compression.of(type).build(),
                new SimpleRecord(1L, null, new byte[3]),
                new SimpleRecord(2L, "key".getBytes(UTF_8), new byte[300], all),
                new SimpleRecord(3L, new byte[200], null));
    }

    /** Kafka's reader makes room for so many before it looks whether the record has them. */
    @ParameterizedTest
    @EnumSource(names = "NONE")
    void headersThatARecordClaimsToHaveCount(CompressionType type) {
        MemoryRecords records = batch(type, 2, new byte[200_000]);
        ByteBuffer bytes = records.buffer();
        int body = DefaultRecordBatch.RECORD_BATCH_OVERHEAD;
        // of four bytes, no key, no value, and some 190,000 headers
        bytes.put(body, new byte[] {8, 0, 0, 0, 1, 1, -32, -106, 23});
        assertEquals(OptionalLong.empty(), of(records));
    }
}
