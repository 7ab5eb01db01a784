package org.domicile.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/** Requests are counted as Kafka reads them. */
final class RequestPartsTest {
    private static ByteBuffer bytes(Message message, short version) {
        ByteBuffer bytes = MessageUtil.toByteBufferAccessor(message, version).buffer();
        return bytes.duplicate();
    }

    private static boolean areFew(ApiKeys what, Message message, int version) {
        ByteBuffer body = bytes(message, (short) version);
        boolean few = RequestParts.areFew(what, (short) version, body);
        assertTrue(!few || !body.hasRemaining(), what + " is longer than it was counted");
        return few;
    }

    @Test
    void eachRequestIsReadToItsEnd() {
        int seen = 0;
        for (ApiKeys each : Taps.SERVED) {
            for (short version = each.oldestVersion(); version <= each.latestVersion(); version++) {
                Message message = each.messageType.newRequest();
                if (version >= 9) {
                    message.unknownTaggedFields().add(new RawTaggedField(9_000, new byte[3]));
                }
                ByteBuffer body;
                try {
                    body = bytes(message, version);
                } catch (org.apache.kafka.common.errors.UnsupportedVersionException e) {
                    message.unknownTaggedFields().clear();
                    body = bytes(message, version);
                }
                assertTrue(RequestParts.areFew(each, version, body), each + " " + version);
                assertEquals(0, body.remaining(), each + " " + version);
                seen++;
            }
        }
        assertTrue(seen > 200, seen + " requests");
    }

    private static MetadataRequestData topics(int count) {
        List<MetadataRequestData.MetadataRequestTopic> topics = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            topics.add(new MetadataRequestData.MetadataRequestTopic().setName("t" + i % 10));
        }
        return new MetadataRequestData().setTopics(topics);
    }

    private static OffsetCommitRequestData offsets(int streams, int partitions) {
        List<OffsetCommitRequestData.OffsetCommitRequestTopic> topics = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            List<OffsetCommitRequestData.OffsetCommitRequestPartition> some = new ArrayList<>();
            for (int k = 0; k < partitions; k++) {
                some.add(
                        new OffsetCommitRequestData.OffsetCommitRequestPartition()
                                .setPartitionIndex(k)
                                .setCommittedMetadata("of a program"));
            }
            topics.add(
                    new OffsetCommitRequestData.OffsetCommitRequestTopic()
                            .setName("water.levels-of-district-" + i)
                            .setPartitions(some));
        }
        return new OffsetCommitRequestData().setGroupId("g").setMemberId("m").setTopics(topics);
    }

    @Test
    void whatClientsAskIsFew() {
        for (int version : new int[] {0, 4, 8, 9}) {
            assertTrue(areFew(ApiKeys.METADATA, topics(3_000), version));
        }
        for (int version : new int[] {2, 7, 8, 9}) {
            assertTrue(areFew(ApiKeys.OFFSET_COMMIT, offsets(3_000, 1), version), "" + version);
            assertTrue(areFew(ApiKeys.OFFSET_COMMIT, offsets(50, 60), version));
        }
        List<FetchRequestData.FetchTopic> fetched = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            List<FetchRequestData.FetchPartition> some = new ArrayList<>();
            for (int k = 0; k < 3; k++) {
                some.add(new FetchRequestData.FetchPartition().setPartition(k));
            }
            fetched.add(
                    new FetchRequestData.FetchTopic()
                            .setTopicId(Uuid.randomUuid())
                            .setPartitions(some));
        }
        assertTrue(
                areFew(
                        ApiKeys.FETCH,
                        new FetchRequestData().setClusterId("c").setTopics(fetched),
                        ApiKeys.FETCH.latestVersion()));
        MemoryRecords records =
                MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[2 << 20]));
        for (int version : new int[] {3, 8, 9, 12}) {
            assertTrue(areFew(ApiKeys.PRODUCE, produced(records, 1), version), "" + version);
        }
    }

    private static ProduceRequestData produced(MemoryRecords records, int partitions) {
        ProduceRequestData.TopicProduceData topic =
                new ProduceRequestData.TopicProduceData().setName("water.levels");
        for (int i = 0; i < partitions; i++) {
            topic.partitionData()
                    .add(
                            new ProduceRequestData.PartitionProduceData()
                                    .setIndex(i)
                                    .setRecords(records));
        }
        ProduceRequestData data = new ProduceRequestData();
        data.topicData().add(topic);
        return data;
    }

    @Test
    void whatBecomesLargeIsNot() {
        for (int version : new int[] {0, 4, 8, 9}) {
            assertFalse(areFew(ApiKeys.METADATA, topics(16_001), version));
        }
        assertFalse(areFew(ApiKeys.OFFSET_COMMIT, offsets(1, 9_000), 9));
        assertFalse(areFew(ApiKeys.PRODUCE, produced(MemoryRecords.EMPTY, 3_000), 9));
        IncrementalAlterConfigsRequestData configs = new IncrementalAlterConfigsRequestData();
        for (int i = 0; i < 6_000; i++) {
            configs.resources()
                    .add(
                            new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                                    .setResourceName("r" + i));
        }
        assertFalse(areFew(ApiKeys.INCREMENTAL_ALTER_CONFIGS, configs, 1));
        MetadataRequestData tagged = topics(1);
        for (int i = 0; i < 17_000; i++) {
            tagged.unknownTaggedFields().add(new RawTaggedField(9_000 + i, new byte[0]));
        }
        assertFalse(areFew(ApiKeys.METADATA, tagged, 9));
    }

    /** Lengths that a stranger makes up: nothing is taken for them, and nothing fails otherwise. */
    @Test
    void whateverComesIsCountedOrRefused() {
        Random random = new Random(11);
        List<ApiKeys> all = List.copyOf(Taps.SERVED);
        for (int i = 0; i < 100_000; i++) {
            ApiKeys what = all.get(random.nextInt(all.size()));
            byte[] some = new byte[random.nextInt(60)];
            random.nextBytes(some);
            ByteBuffer body = ByteBuffer.wrap(some);
            boolean _ = RequestParts.areFew(what, (short) (random.nextInt(22) - 2), body);
            assertTrue(body.position() <= some.length);
        }
        ByteBufferAccessor endless = new ByteBufferAccessor(ByteBuffer.allocate(20));
        endless.writeInt(Integer.MAX_VALUE);
        assertFalse(RequestParts.areFew(ApiKeys.METADATA, (short) 4, endless.buffer().position(0)));
    }
}
