package org.domicile.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where a JVM's CPU time goes, by Flight Recorder's samples of CPU time (which count native code
 * too), or by its older samples of running Java threads where there are none.
 *
 * @param samples taken
 * @param own frames on top of stacks, by number of samples
 * @param below methods anywhere in stacks, of ours alone
 * @param lines of our code that ran or called what ran: the innermost of each stack
 * @param threads by name, without trailing numbers
 */
record Profile(
        long samples,
        Map<String, Long> own,
        Map<String, Long> below,
        Map<String, Long> lines,
        Map<String, Long> threads) {
    private static final String CPU_SAMPLE = "jdk.CPUTimeSample";
    private static final String JAVA_SAMPLE = "jdk.ExecutionSample";
    private static final String OURS = "org.domicile.";
    private static final int TOP = 15;
    private static final long COMMAND_SECONDS = 60;

    /** Records this very process. */
    record Recorder(Recording recording) {
        static Recorder start(Path file) {
            try {
                Recording recording = new Recording(Configuration.getConfiguration("profile"));
                recording.enable(CPU_SAMPLE).with("throttle", "5ms");
                recording.enable(JAVA_SAMPLE).withPeriod(Duration.ofMillis(10));
                recording.setDestination(file);
                recording.start();
                return new Recorder(recording);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (ParseException e) {
                throw new IllegalStateException("the JDK's own settings do not parse", e);
            }
        }

        void stop() {
            recording.stop();
            recording.close();
        }
    }

    /** Starts a recording in another JVM of ours. */
    static void begin(long pid) throws IOException {
        jcmd(
                pid,
                "JFR.start",
                "name=bench",
                "settings=profile",
                CPU_SAMPLE + "#enabled=true",
                CPU_SAMPLE + "#throttle=5ms");
    }

    /** Ends it, writes it to a file. */
    static void end(long pid, Path file) throws IOException {
        jcmd(pid, "JFR.stop", "name=bench", "filename=" + file.toAbsolutePath());
    }

    private static void jcmd(long pid, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
        command.add(Long.toString(pid));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String said =
                    new String(
                            process.getInputStream().readAllBytes(),
                            java.nio.charset.StandardCharsets.UTF_8);
            if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + ": " + said.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.destroy();
        }
    }

    /** Reads a recording. */
    static Profile read(Path file) throws IOException {
        Profile cpu = read(file, CPU_SAMPLE);
        return cpu.samples() > 0 ? cpu : read(file, JAVA_SAMPLE);
    }

    private static Profile read(Path file, String kind) throws IOException {
        Profile profile =
                new Profile(0, new HashMap<>(), new HashMap<>(), new HashMap<>(), new HashMap<>());
        long samples = 0;
        try (RecordingFile events = new RecordingFile(file)) {
            while (events.hasMoreEvents()) {
                RecordedEvent event = events.readEvent();
                if (event.getEventType().getName().equals(kind) && event.getStackTrace() != null) {
                    samples++;
                    profile.count(event);
                }
            }
        }
        return new Profile(samples, profile.own, profile.below, profile.lines, profile.threads);
    }

    private void count(RecordedEvent event) {
        RecordedStackTrace stack = event.getStackTrace();
        List<RecordedFrame> frames = stack.getFrames();
        if (!frames.isEmpty()) {
            own.merge(name(frames.getFirst()), 1L, Long::sum);
        }
        frames.stream()
                .map(Profile::name)
                .filter(name -> name.startsWith(OURS))
                .distinct()
                .forEach(name -> below.merge(name, 1L, Long::sum));
        frames.stream()
                .filter(frame -> name(frame).startsWith(OURS))
                .findFirst()
                .ifPresent(frame ->
                        lines.merge(name(frame) + ':' + frame.getLineNumber(), 1L, Long::sum));
        String field = event.hasField("eventThread") ? "eventThread" : "sampledThread";
        var thread = event.getThread(field);
        String name = thread == null || thread.getJavaName() == null ? "?" : thread.getJavaName();
        if (thread != null && thread.isVirtual()) {
            name = "virtual threads";
        }
        threads.merge(name.replaceAll("[-0-9]+$", ""), 1L, Long::sum);
    }

    private static String name(RecordedFrame frame) {
        if (!frame.isJavaFrame() || frame.getMethod() == null) {
            return "(native)";
        }
        return frame.getMethod().getType().getName() + "." + frame.getMethod().getName();
    }

    /** The heaviest, with their shares. */
    String sentence() {
        return "profile, %,d samples\n".formatted(samples)
                + "  by thread\n"
                + heaviest(threads)
                + "  on top of the stack\n"
                + heaviest(own)
                + "  our innermost line\n"
                + heaviest(lines)
                + "  with everything they call, ours\n"
                + heaviest(below);
    }

    private String heaviest(Map<String, Long> counts) {
        StringBuilder text = new StringBuilder();
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
                .limit(TOP)
                .forEach(each ->
                        text.append(
                                "    %5.1f %%  %s%n"
                                        .formatted(
                                                100.0 * each.getValue() / samples, each.getKey())));
        return text.toString();
    }
}
