package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.domicile.policy.Marks;
import org.junit.jupiter.api.Test;

/**
 * What each operation of this door does with data, and that each that copies keeps labels. An
 * operation that is served has a line here, or the build fails.
 */
class LabelsTest extends DoorTest {
    /** What happens to data. */
    private enum Flow {
        /** None are touched; names of buckets and uploads are no data. */
        NONE,
        /** Data, or what is known of them, go to the client. */
        READS,
        /** Data come from the client. */
        WRITES,
        /** Stored data become other stored data. */
        COPIES
    }

    private static final Map<Operation, Set<Flow>> LINES = new EnumMap<>(Operation.class);

    static {
        line(Flow.NONE, Operation.LIST_BUCKETS, Operation.CREATE_BUCKET, Operation.HEAD_BUCKET);
        line(Flow.NONE, Operation.DELETE_BUCKET, Operation.GET_BUCKET_LOCATION);
        line(Flow.NONE, Operation.GET_BUCKET_VERSIONING, Operation.ABORT_MULTIPART_UPLOAD);
        line(Flow.NONE, Operation.CREATE_MULTIPART_UPLOAD, Operation.DELETE_OBJECTS);
        line(Flow.NONE, Operation.DELETE_OBJECT, Operation.PUT_BUCKET_VERSIONING);
        line(Flow.NONE, Operation.GET_BUCKET_TAGGING, Operation.PUT_BUCKET_TAGGING);
        line(Flow.NONE, Operation.DELETE_BUCKET_TAGGING, Operation.DELETE_OBJECT_TAGGING);
        line(Flow.READS, Operation.GET_OBJECT_TAGGING);
        line(Flow.WRITES, Operation.PUT_OBJECT_TAGGING);
        line(Flow.READS, Operation.LIST_OBJECTS, Operation.LIST_OBJECTS_V2);
        line(Flow.READS, Operation.LIST_OBJECT_VERSIONS, Operation.LIST_MULTIPART_UPLOADS);
        line(Flow.READS, Operation.GET_OBJECT, Operation.HEAD_OBJECT, Operation.LIST_PARTS);
        line(Flow.WRITES, Operation.PUT_OBJECT, Operation.UPLOAD_PART);
        line(Flow.COPIES, Operation.COPY_OBJECT, Operation.UPLOAD_PART_COPY);
        line(Flow.COPIES, Operation.COMPLETE_MULTIPART_UPLOAD);
    }

    private static void line(Flow flow, Operation... operations) {
        for (Operation operation : operations) {
            LINES.put(operation, EnumSet.of(flow));
        }
    }

    private static final Marks MARKS =
            new Marks(List.of("open"), List.of("research"), List.of(List.of("trial")));

    @Test
    void everyOperationThatIsServedHasItsLine() {
        Set<Operation> served = EnumSet.noneOf(Operation.class);
        for (Operation each : Operation.values()) {
            if (each.served()) {
                served.add(each);
            }
        }
        assertEquals(served, LINES.keySet(), "say what it does with data, and test that it copies");
    }

    /** Exhaustive: a copying operation without its case here throws. */
    @Test
    void everyOperationThatCopiesKeepsLabels() throws IOException {
        String own = bucket.substring(1);
        installation.administration().label(own, "raw/", MARKS);
        assertEquals(200, client.put(bucket + "/raw/n", "source").status());
        int copies = 0;
        for (Map.Entry<Operation, Set<Flow>> line : LINES.entrySet()) {
            if (line.getValue().contains(Flow.COPIES)) {
                String target = copy(line.getKey());
                Marks carried = installation.administration().labelled(own, target).carried();
                assertEquals(MARKS, carried, line::toString);
                copies++;
            }
        }
        assertEquals(3, copies);
    }

    /** Makes an object by the operation; its name. */
    private String copy(Operation operation) throws IOException {
        String from = "x-amz-copy-source: " + bucket + "/raw/n";
        String target = "by-" + operation;
        switch (operation) {
            case COPY_OBJECT ->
                    assertEquals(200, client.put(bucket + "/" + target, "", from).status());
            case UPLOAD_PART_COPY, COMPLETE_MULTIPART_UPLOAD -> {
                String id = client.post(bucket + "/" + target + "?uploads", "").element("UploadId");
                Client.Reply part =
                        client.put(
                                bucket + "/" + target + "?partNumber=1&uploadId=" + id, "", from);
                assertEquals(200, part.status(), part.text());
                String list =
                        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"
                                + part.element("ETag")
                                + "</ETag></Part></CompleteMultipartUpload>";
                Client.Reply done = client.post(bucket + "/" + target + "?uploadId=" + id, list);
                assertEquals(200, done.status(), done.text());
            }
            default -> throw new IllegalStateException(operation + " copies, and is not tried");
        }
        return target;
    }

    @Test
    void aRefusalSaysWhy() throws IOException {
        String own = bucket.substring(1);
        assertEquals(200, client.put(bucket + "/raw/n", "source").status());
        installation
                .administration()
                .label(own, "raw/", new Marks(List.of(), List.of("trial"), List.of()));
        Client.Reply refused = client.get(bucket + "/raw/n");
        failed(403, "AccessDenied", refused);
        assertTrue(refused.element("Message").contains("prohibits the purpose"), refused.text());
        failed(403, "AccessDenied", client.get(bucket + "?list-type=2"));
        assertEquals(200, client.get(bucket + "?list-type=2&prefix=other/").status());
    }
}
