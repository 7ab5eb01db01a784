package org.domicile.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A part of bench in a JVM of its own, with the flags that the server runs with. */
record Child(Process process, BufferedReader lines) {
    private static final List<String> FLAGS =
            List.of(
                    "-XX:+UseSerialGC",
                    "-Xmx256m",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow");

    /** Starts {@code bench inside ARGUMENTS}. */
    static Child start(Scratch scratch, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.add("-cp");
        command.add(absolute(System.getProperty("java.class.path")));
        command.add(Main.class.getName());
        command.add(Inside.NAME);
        command.addAll(arguments);
        Process process =
                scratch.with(
                        new ProcessBuilder(command)
                                .redirectError(ProcessBuilder.Redirect.INHERIT)
                                .start());
        return new Child(process, process.inputReader(StandardCharsets.UTF_8));
    }

    private static String absolute(String classPath) {
        List<String> parts = new ArrayList<>();
        for (String part : classPath.split(File.pathSeparator, -1)) {
            parts.add(new File(part).getAbsolutePath());
        }
        return String.join(File.pathSeparator, parts);
    }

    ServerProcess figures() {
        return new ServerProcess(process.pid());
    }

    /** Its next line. @throws IOException when it ends or says nothing in time */
    String line(long seconds) throws IOException {
        FutureTask<String> reading =
                new FutureTask<>(() -> {
                    String line = lines.readLine();
                    if (line == null) {
                        throw new IOException(
                                "a part of bench ended early; its error stands above");
                    }
                    return line;
                });
        Thread.ofVirtual().start(reading);
        try {
            return reading.get(seconds, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IOException("a part of bench said nothing for " + seconds + " s", e);
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
