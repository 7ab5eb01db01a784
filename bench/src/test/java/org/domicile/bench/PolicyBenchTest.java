package org.domicile.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cedarpolicy.model.AuthorizationResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.domicile.cedar.Decision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is measured is the same on both sides, and it is measured. */
class PolicyBenchTest {
    @Test
    void bothDecideTheSceneAlike() throws Exception {
        int allowed = 0;
        for (int policies : new int[] {10, 100, 1000}) {
            PolicyDecisions.Ours ours = new PolicyDecisions.Ours();
            ours.policies = policies;
            ours.prepare();
            assertEquals(policies, ours.set.policies().size());
            PolicyDecisions.Theirs theirs = new PolicyDecisions.Theirs();
            theirs.policies = policies;
            theirs.prepare();
            for (int i = 0; i < ours.requests.size(); i++) {
                Decision one = ours.decide();
                AuthorizationResponse other = theirs.decide();
                boolean theirsAllow = other.success.orElseThrow().isAllowed();
                assertEquals(theirsAllow, one.isAllowed(), ours.requests.get(ours.next).toString());
                assertEquals(0, one.errors().size());
                allowed += one.isAllowed() ? 1 : 0;
            }
        }
        assertTrue(allowed > 300 && allowed < 700, "allowed " + allowed);
    }

    @Test
    void itMeasures(@TempDir Path folder) throws Exception {
        assertEquals(
                0,
                Main.commandLine()
                        .execute(
                                "policy",
                                "--json",
                                "--policies",
                                "10",
                                "--rounds",
                                "1",
                                "--warm",
                                "0.1",
                                "--seconds",
                                "0.1",
                                "--folder",
                                folder.toString()));
        try (var left = Files.list(folder)) {
            assertEquals(0, left.count());
        }
    }
}
