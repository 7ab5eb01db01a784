package org.domicile.proof;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Cedar's own engine (cedar-wasm) in a process of Node, asked over a pipe. Owned by one thread. A
 * batch is written by a thread of its own, so that neither side waits for the other with a full
 * pipe.
 */
final class OtherCedar implements AutoCloseable {
    private static final long LIMIT_SECONDS = 120;

    private final Process process;
    private final BufferedReader from;
    private final BufferedWriter to;

    private OtherCedar(Process process) {
        this.process = process;
        from =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        to =
                new BufferedWriter(
                        new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8),
                        1 << 16);
    }

    /**
     * Starts it.
     *
     * @throws IOException if Node or the package is not there
     */
    static OtherCedar start() throws IOException {
        Path root = SourceTree.root();
        String clients = System.getenv("DOMICILE_CLIENTS");
        Path folder =
                (clients == null ? root.resolve(".domicile/clients") : Path.of(clients))
                        .resolve("cedar");
        if (!Files.isDirectory(folder.resolve("node_modules"))) {
            throw new IOException(
                    "cedar-wasm is not in " + folder + "; proof/clients/bring brings it");
        }
        ProcessBuilder builder =
                new ProcessBuilder(
                                Foreign.program("node"),
                                root.resolve("proof/clients/cedar/decide.cjs").toString(),
                                folder.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT);
        return new OtherCedar(builder.start());
    }

    /** What it says to each of these. */
    List<String> say(List<CedarCase> cases) throws IOException, InterruptedException {
        Thread writer =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                for (CedarCase each : cases) {
                                    to.write(each.json());
                                    to.write('\n');
                                }
                                to.flush();
                            } catch (IOException e) {
                                // it has ended, which its reader notices and says
                                process.destroy();
                            }
                        });
        List<String> said = new ArrayList<>(cases.size());
        try {
            for (int i = 0; i < cases.size(); i++) {
                String line = from.readLine();
                if (line == null) {
                    throw new IOException("cedar-wasm ended early, after " + i + " of a batch");
                }
                said.add(line);
            }
        } finally {
            writer.join();
        }
        return said;
    }

    /** What it says to one. */
    String say(CedarCase one) {
        try {
            return say(List.of(one)).getFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        try {
            to.close();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
