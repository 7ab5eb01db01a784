package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One installation for each class of tests, one client and one bucket for each test. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DoorTest {
    private static final AtomicInteger BUCKETS = new AtomicInteger();

    Installation installation;
    Client client;

    /** With its slash. */
    String bucket;

    @BeforeAll
    void open(@TempDir Path folder) throws IOException {
        installation = new Installation(folder);
    }

    @AfterAll
    void close() {
        installation.close();
    }

    @BeforeEach
    void connect() throws IOException {
        client = installation.client();
        bucket = "/bucket-" + BUCKETS.getAndIncrement();
        assertEquals(200, client.put(bucket, "").status());
    }

    @AfterEach
    void disconnect() throws IOException {
        client.close();
    }

    static void failed(int status, String code, Client.Reply reply) {
        assertEquals(code + " " + status, reply.code() + " " + reply.status(), reply.text());
        assertEquals(reply.field("x-amz-request-id"), reply.element("RequestId"));
        assertFalse(reply.element("HostId").isEmpty(), reply.text());
        assertEquals(reply.field("x-amz-id-2"), reply.element("HostId"));
        assertEquals("application/xml", reply.field("content-type"));
    }

    /** Entropy that can be replayed with -Ddomicile.seed=N. */
    static Random random() {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        System.out.println("seed " + seed + " (replay with -Ddomicile.seed=" + seed + ")");
        return new Random(seed);
    }
}
