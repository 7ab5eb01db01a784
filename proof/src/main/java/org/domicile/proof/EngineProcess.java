package org.domicile.proof;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A foreign engine that takes orders, as proof/engines/README.md has it. What it says otherwise
 * goes to a file. Owned by one thread.
 */
final class EngineProcess implements Orders, AutoCloseable {
    private static final long ANSWER_SECONDS = 300;
    private static final long END_SECONDS = 20;

    private final Process process;
    private final Writer orders;
    private final BufferedReader answers;

    /**
     * @param words of its command @param said gets what it says beside answers
     */
    static EngineProcess start(List<String> words, Map<String, String> environment, Path said)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(words).redirectError(said.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
        builder.environment().putAll(environment);
        builder.environment().put("AWS_EC2_METADATA_DISABLED", "true");
        return new EngineProcess(Children.keep(builder.start()));
    }

    private EngineProcess(Process process) {
        this.process = process;
        this.orders = process.outputWriter(StandardCharsets.UTF_8);
        this.answers =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** An engine that takes too long is killed. */
    @Override
    public List<String> ask(String... words) throws IOException, Failed {
        CountDownLatch answered = new CountDownLatch(1);
        Thread.ofVirtual().start(() -> endUnless(answered));
        try {
            orders.write(String.join("\t", words) + "\n");
            orders.flush();
            List<String> rows = new ArrayList<>();
            for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                if (line.startsWith("row\t")) {
                    rows.add(line.substring(4));
                } else if (line.startsWith("failed\t")) {
                    throw new Failed(line.substring(7));
                } else if (line.equals("done")) {
                    return rows;
                }
            }
            throw new IOException("it ended, or did not answer in " + ANSWER_SECONDS + " s");
        } finally {
            answered.countDown();
        }
    }

    private void endUnless(CountDownLatch answered) {
        try {
            if (!answered.await(ANSWER_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts who waits for an answer", e);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            orders.close();
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
