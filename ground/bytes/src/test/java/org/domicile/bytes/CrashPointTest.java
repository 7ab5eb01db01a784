package org.domicile.bytes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CrashPointTest {
    @Test
    void aSpecificationNamesAPointAndACount() {
        assertEquals("keyspace.before-sync", CrashPoint.name("keyspace.before-sync:12"));
        assertEquals(12, CrashPoint.passes("keyspace.before-sync:12"));
        assertEquals("keyspace.before-sync", CrashPoint.name("keyspace.before-sync"));
        assertEquals(1, CrashPoint.passes("keyspace.before-sync"));
        assertThrows(IllegalArgumentException.class, () -> CrashPoint.passes("a:0"));
    }

    @Test
    void withoutThePropertyAPointIsPassed() {
        CrashPoint.at("bytes.nowhere");
    }

    @Test
    void theProcessHaltsTheNthTimeItPassesTheArmedPoint() throws Exception {
        Process child =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Ddomicile.crash=bytes.here:3",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Child.class.getName())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(child.getInputStream().readAllBytes()).strip();
        assertTrue(child.waitFor(30, TimeUnit.SECONDS));
        assertEquals(CrashPoint.STATUS, child.exitValue(), said);
        assertEquals("12", said);
    }

    /** Passes the point again and again and says how often it survived. */
    static final class Child {
        public static void main(String[] args) {
            for (int i = 1; i <= 9; i++) {
                CrashPoint.at("bytes.elsewhere");
                CrashPoint.at("bytes.here");
                System.out.print(i);
                System.out.flush();
            }
        }
    }
}
