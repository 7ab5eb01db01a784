package org.domicile.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Java that a setting names, for processes of ours. */
final class OtherJava {
    /** Our own parts of a worker are built for it. */
    private static final int OLDEST = 25;

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int LONGEST_ANSWER = 64 << 10;
    private static final Pattern VERSION =
            Pattern.compile("java\\.specification\\.version = ([0-9]{1,4})\\b");

    private OtherJava() {}

    /**
     * Its folder, where links are followed: walls are around the place itself.
     *
     * @throws Problem when it is none, or too old
     */
    static Path checked(Path folder) {
        return checked(folder, PATIENCE);
    }

    static Path checked(Path folder, Duration patience) {
        Path java = folder.resolve("bin/java");
        if (!Files.isExecutable(java)) {
            throw new Problem(
                    "watches.java = "
                            + folder
                            + ": there is no program bin/java in it; name the folder of a Java, or"
                            + " leave it out");
        }
        int version;
        try {
            version = version(java, patience);
        } catch (IOException e) {
            throw new Problem(
                    "watches.java = "
                            + folder
                            + ": its bin/java does not say its version ("
                            + e.getMessage()
                            + "); name the folder of a Java that runs here");
        }
        if (version < OLDEST) {
            throw new Problem(
                    "watches.java = "
                            + folder
                            + ": it is Java "
                            + version
                            + ", and watches need "
                            + OLDEST
                            + " or later; name a newer one, or leave it out");
        }
        try {
            return folder.toRealPath();
        } catch (IOException e) {
            throw new Problem("watches.java = " + folder + ": it cannot be read: " + e);
        }
    }

    private static int version(Path java, Duration patience) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                                List.of(java.toString(), "-XshowSettings:properties", "-version"))
                        .redirectErrorStream(true);
        builder.environment().clear(); // what JAVA_TOOL_OPTIONS says is for others
        Process process = builder.start();
        Thread end =
                Thread.ofVirtual().name("java version").start(() -> endAfter(process, patience));
        try (InputStream in = process.getInputStream()) {
            Matcher found =
                    VERSION.matcher(
                            new String(in.readNBytes(LONGEST_ANSWER), StandardCharsets.UTF_8));
            if (!found.find()) {
                throw new IOException("it says something else");
            }
            return Integer.parseInt(found.group(1));
        } finally {
            end.interrupt();
            process.destroyForcibly();
        }
    }

    private static void endAfter(Process process, Duration patience) {
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it has answered
        }
    }
}
