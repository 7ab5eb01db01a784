package org.domicile.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.keyspace.Keyspace;
import org.domicile.request.Outcome;
import org.domicile.verifier.Audit;
import org.domicile.verifier.TrustPolicy;
import org.domicile.verifier.VerifierKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the public log counts of a minute. */
class CountsTest {
    private static final int KINDS = 1_500;

    @TempDir Path folder;
    private volatile Instant now = Instant.parse("2026-11-24T05:03:07Z");

    private Clock clock() {
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now;
            }
        };
    }

    /**
     * Story: a minute with more kinds of uses than one entry holds made an entry that is too long;
     * from then on nothing could be counted, nor anything put under a checkpoint.
     */
    @Test
    void aMinuteOfVeryManyKindsIsCountedInSeveralEntries() throws Exception {
        try (Keyspace keyspace = Keyspace.inMemory()) {
            Installation at = new Installation(folder, keyspace, clock());
            List<VerifierKey> keys = new ArrayList<>();
            at.ledger.verifierKeys("public").forEach(key -> keys.add(VerifierKey.parse(key)));
            for (int i = 0; i < KINDS; i++) {
                at.ledger.record(
                        Installation.under(at.use("o", Use.Verdict.ALLOWED), i), Outcome.DONE, 1);
            }
            now = now.plus(Duration.ofMinutes(1));
            at.ledger.state(Installation.statement("zone.created"));
            Await.until("all published", () -> at.ledger.state().unpublished() == 0);
            at.ledger.close();
            Audit.Report report =
                    new Audit(folder.resolve("ledger"), keys)
                            .run(
                                    new Audit.Options(
                                            Duration.ofHours(1),
                                            Optional.empty(),
                                            TrustPolicy.none()),
                                    (name, size) -> done -> {});
            assertEquals(List.of(), report.findings());
            assertEquals(KINDS, report.logs().getLast().uses());
            assertTrue(report.logs().getFirst().size() > 3, "the public log has several counts");
            at.keys.close();
        }
    }
}
