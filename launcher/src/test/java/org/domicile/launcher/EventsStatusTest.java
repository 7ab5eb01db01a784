package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.domicile.events.Destination;
import org.domicile.events.Notification;
import org.domicile.guard.Attributes;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardedObjects;
import org.domicile.guard.Match;
import org.domicile.guard.Stored;
import org.domicile.guard.Upstream;
import org.domicile.policy.Target;
import org.domicile.request.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What operators are told of events that do not come. */
@Timeout(60)
class EventsStatusTest {
    @TempDir Path above;

    static Request request(Guard guard, Path credential) throws IOException {
        FirstCredential first = FirstCredential.read(credential).orElseThrow();
        Instant now = Instant.now();
        return new Request(
                "r",
                guard.identity().caller(first.accessKey()).orElseThrow(),
                "test",
                "home",
                "",
                now,
                now.plusSeconds(60),
                Optional.empty());
    }

    /** A body of nothing. */
    private static final class Nothing implements Upstream {
        @Override
        public long expected() {
            return 0;
        }

        @Override
        public String algorithm() {
            return "";
        }

        @Override
        public InputStream body() {
            return InputStream.nullInputStream();
        }

        @Override
        public Digests finish() {
            return new Digests("d41d8cd98f00b204e9800998ecf8427e", Map.of());
        }
    }

    /** An empty object archive/n. */
    static void putNothing(GuardedObjects objects) {
        GuardedObjects.Draft draft =
                new GuardedObjects.Draft(
                        Map.of(), Map.of(), "", Attributes.ChecksumType.FULL_OBJECT);
        assertTrue(
                objects.put("archive", "n", draft, new Nothing(), new Match.Any())
                        instanceof Stored.Done);
    }

    /** An address at which nobody listens. */
    private static String nobody() throws IOException {
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "http://127.0.0.1:" + closed.getLocalPort() + "/";
        }
    }

    @Test
    void statusWarnsOfADestinationThatIsNotReached() throws Exception {
        Rig rig = new Rig(above);
        try (Cloud cloud = rig.open()) {
            Guard guard = cloud.guard();
            Rig.administration(guard)
                    .createTarget(
                            new Target(
                                    "main",
                                    "hook",
                                    nobody(),
                                    "home",
                                    List.of("127.0.0.0/8"),
                                    Instant.EPOCH,
                                    false));
            Rig.administration(guard).makeTargetSecret("main/hook");
            GuardedObjects objects = guard.objects(request(guard, rig.firstCredential()));
            objects.createBucket("archive", "");
            Destination to = new Destination.Webhook("home", "main", "hook");
            Notification.Rule all =
                    new Notification.Rule("all", to, List.of("s3:ObjectCreated:*"), "", "");
            objects.putNotification(
                    "archive", new Notification(List.of(all), ""), GuardedObjects.Announce.NOTHING);
            putNothing(objects);
            String part = "events do not reach arn:aws:sns:home:main:hook (127.0.0.1: ";
            for (int i = 0; i < 2_000 && !warns(cloud, part); i++) {
                LockSupport.parkNanos(10_000_000);
            }
            assertTrue(warns(cloud, part), () -> cloud.instruments().status().toString());
            assertEquals(1L, cloud.instruments().status().figures().get("events.waiting"));
            String page = rig.run("status").out();
            assertTrue(page.contains("0 events told since the start, 1 event waiting"), page);
        }
    }

    private static boolean warns(Cloud cloud, String part) {
        return cloud.instruments().status().warnings().stream()
                .anyMatch(each -> each.startsWith(part) && each.contains("1 wait"));
    }
}
