package org.domicile.streams;

import java.nio.file.Path;
import java.time.Duration;

/**
 * A process with a log, for tests that kill it or take its disk away. Says its port, and ends when
 * its input does; a line of input asks how the log is.
 */
final class ChildLog {
    private ChildLog() {}

    /** The log of such a process; one of another process that has died is taken up. */
    static StreamLog open(Path folder) {
        Rights rights = new Rights();
        rights.login("gauge", "gauge-secret", "SEE water.levels", "PUBLISH water.levels");
        rights.login("desk", "desk-secret", "SEE water.levels", "POLL water.levels");
        return StreamLog.embedded(new LogOptions(folder, "127.0.0.1", 0), rights);
    }

    public static void main(String[] arguments) throws Exception {
        StreamLog log = open(Path.of(arguments[0]));
        log.keep(new Topic("water.levels", 2, Duration.ofDays(1), 1L << 30));
        System.out.println(log.port().orElseThrow());
        while (System.in.read() >= 0) {
            System.out.println(log.failure().orElse("well"));
        }
        log.close();
    }
}
