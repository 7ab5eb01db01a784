package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.guard.GuardOptions;
import org.domicile.ledger.Ledger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Issue 8, part 6: a client that stands in another zone, over the wire. It is the same machine,
 * seen as 127.0.0.2, which the guard's networks map to the zone {@code abroad}.
 */
class ZonesTest {
    private static final String HASH = "UNSIGNED-PAYLOAD";

    private Installation installation;
    private Client here;
    private Client abroad;

    @BeforeEach
    void open(@TempDir Path folder) throws IOException {
        installation =
                new Installation(
                        folder,
                        new GuardOptions(
                                "node-1",
                                "home",
                                Map.of(),
                                List.of(new GuardOptions.Network("127.0.0.2/32", "abroad")),
                                100));
        installation.administration().createZone("abroad", Optional.empty());
        here = installation.signing();
        abroad = installation.signing(InetAddress.getByName("127.0.0.2"));
        Signer.Pair first = installation.pair();
        for (String path : List.of("/inner", "/other", "/inner/n", "/other/n")) {
            assertEquals(200, here.send(signed(request("PUT", path, ""), first)).status(), path);
        }
    }

    @AfterEach
    void close() throws IOException {
        here.close();
        abroad.close();
        installation.close();
    }

    private static Sent request(String method, String path, String query) {
        byte[] body =
                method.equals("PUT") && path.endsWith("/n")
                        ? "secret".getBytes(StandardCharsets.US_ASCII)
                        : new byte[0];
        return Sent.of(method, path, query, body).with("Host", "localhost");
    }

    private static Sent signed(Sent sent, Signer.Pair pair) {
        return Signer.sign(sent, "home", HASH, Instant.now(), pair);
    }

    private static Sent presigned(Sent sent, Signer.Pair pair) {
        return Signer.presign(sent, "home", 600, Instant.now(), pair);
    }

    /** Refused abroad and on record with its zone; the same request from here is not. */
    private void refused(String action, String object, Sent sent, Signer.Pair pair)
            throws IOException {
        Client.Reply reply = abroad.send(sent);
        assertEquals(403, reply.status(), sent::toString);
        if (!sent.method().equals("HEAD")) {
            assertEquals("AccessDenied", reply.code());
            assertTrue(reply.element("Message").contains("would leave their zones"));
            assertTrue(!reply.text().contains("secret"));
        }
        String principal =
                installation.guard.identity().caller(pair.key()).orElseThrow().principal();
        List<Ledger.Recorded> uses =
                installation.uses("main").stream()
                        .filter(use -> use.principal().equals(principal))
                        .toList();
        assertEquals(1, uses.size(), () -> sent + " left " + uses);
        Ledger.Recorded use = uses.getFirst();
        assertEquals(action, use.action());
        assertEquals("refused", use.verdict());
        assertEquals("zone-mismatch", use.reason());
        assertEquals("home", use.dataZone());
        assertEquals("abroad", use.clientZone());
        assertEquals("127.0.0.2", use.address());
        assertEquals(object, use.object());
        int status = here.send(sent).status();
        assertTrue(status == 200 || status == 204, () -> status + " from here: " + sent);
    }

    private Signer.Pair somebody() {
        return installation.issue("main", List.of("*"), List.of("*"));
    }

    @Test
    void aClientAbroadGetsNothingAndItIsOnRecord() throws IOException {
        Signer.Pair pair = somebody();
        refused("s3:GetObject", "inner/n", signed(request("GET", "/inner/n", ""), pair), pair);
        pair = somebody();
        refused("s3:GetObject", "inner/n", signed(request("HEAD", "/inner/n", ""), pair), pair);
        pair = somebody();
        refused("s3:ListBucket", "inner", signed(request("GET", "/inner", ""), pair), pair);
        pair = somebody();
        refused(
                "s3:ListBucket",
                "inner",
                signed(request("GET", "/inner", "list-type=2"), pair),
                pair);
        pair = somebody();
        refused("s3:PutObject", "inner/n", signed(request("PUT", "/inner/n", ""), pair), pair);
        pair = somebody();
        refused("s3:GetObject", "inner/n", presigned(request("GET", "/inner/n", ""), pair), pair);
        pair = somebody();
        refused("s3:PutObject", "inner/n", presigned(request("PUT", "/inner/n", ""), pair), pair);
    }

    @Test
    void copiesBothWays() throws IOException {
        for (String[] way : new String[][] {{"/inner/n", "/other/m"}, {"/other/n", "/inner/m"}}) {
            Signer.Pair pair = somebody();
            Sent copy = request("PUT", way[1], "").with("x-amz-copy-source", way[0]);
            refused("s3:PutObject", way[1].substring(1), signed(copy, pair), pair);
        }
    }

    /** A zone is no fixed trait of a credential: who comes home is let in. */
    @Test
    void theNetworkDecidesAndNotTheCredential() throws IOException {
        Signer.Pair pair = somebody();
        Sent get = signed(request("GET", "/inner/n", ""), pair);
        assertEquals(403, abroad.send(get).status());
        assertEquals("secret", here.send(get).text());
        assertEquals(403, abroad.send(get).status());
    }
}
