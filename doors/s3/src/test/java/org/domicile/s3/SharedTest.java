package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.domicile.guard.GuardOptions;
import org.domicile.policy.Ownership;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * An installation with two organisations, of which the first has named a purpose for strangers, and
 * the second has not.
 */
abstract class SharedTest {
    static Installation installation;
    static Client client;
    static Client other;
    static Client stranger;
    private static int made;

    @BeforeAll
    static void open(@TempDir Path folder) throws IOException {
        installation =
                new Installation(
                        Files.createDirectory(folder.resolve("i")),
                        GuardOptions.in("home")
                                .sharing(Ownership.ENFORCED, Map.of("main", "main/first-steps")));
        client = installation.client();
        other = installation.client(installation.neighbour("other"));
        stranger = installation.client("");
    }

    @AfterAll
    static void close() {
        installation.close();
    }

    /** A new bucket of the first organisation, as a path. */
    static String bucket(String... headers) throws IOException {
        String path = "/shared-" + made++;
        Client.Reply reply = client.put(path, "", headers);
        assertEquals(200, reply.status(), reply.text());
        return path;
    }

    static void done(int status, Client.Reply reply) {
        assertEquals(status, reply.status(), reply.text());
    }

    static void failed(int status, String code, Client.Reply reply) {
        assertEquals(status, reply.status(), reply.text());
        assertEquals(code, reply.element("Code"));
    }
}
