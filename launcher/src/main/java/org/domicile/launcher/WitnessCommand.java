package org.domicile.launcher;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.domicile.http.HttpServer;
import org.domicile.http.ListenerOptions;
import org.domicile.verifier.TrustPolicy;
import org.domicile.verifier.VerifierKey;
import org.domicile.witness.Witness;
import org.domicile.witness.WitnessKey;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A witness for others' logs: a process with a folder of its own, apart from any server. */
@Command(
        name = "witness",
        description = {
            "Cosign other people's logs (C2SP tlog-witness), so that none of them can show two"
                    + " histories. It needs no server: only a folder of its own, which must never"
                    + " be put back from a backup."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Example: ./domicile witness create w1 --name witness.ngo.example/w1",
            "Example: ./domicile witness serve w1 --logs logs.policy --listen 127.0.0.1:7380"
        },
        subcommands = {
            WitnessCommand.Create.class,
            WitnessCommand.Key.class,
            WitnessCommand.ServeIt.class
        })
final class WitnessCommand {
    private WitnessCommand() {}

    /** What its subcommands take. */
    abstract static class OfFolder implements Callable<Integer> {
        @Parameters(paramLabel = "DIR", description = "The witness's folder.")
        Path folder = Path.of("");

        @Option(names = "--json", description = "Answer in JSON.")
        boolean json;

        @Spec CommandSpec spec = CommandSpec.create();

        final Output output() {
            return new Output(spec.commandLine().getOut(), spec.commandLine().getErr(), json);
        }

        final void tell(WitnessKey key) {
            Output output = output();
            List<Object> keys = new ArrayList<>();
            key.verifierKeys().forEach(each -> keys.add(each.format()));
            if (json) {
                output.out().println(Json.row("name", key.name(), "keys", keys).line());
            } else {
                keys.forEach(output.out()::println);
            }
            output.out().flush();
        }

        final Witness open(List<VerifierKey> logs) throws IOException {
            if (!Witness.exists(folder, Disk.real())) {
                throw new Problem(
                        "there is no witness in %s; make one with './domicile witness create %s --name NAME'"
                                .formatted(folder, folder));
            }
            return Witness.open(folder, Disk.real(), Clock.systemUTC(), logs);
        }
    }

    @Command(
            name = "create",
            description = "Make a witness's folder and keys, and print the verifier keys.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile witness create w1 --name witness.ngo.example/w1"})
    static final class Create extends OfFolder {
        @Option(
                names = "--name",
                required = true,
                paramLabel = "NAME",
                description = "A URL without https://, such as witness.ngo.example/w1.")
        String name = "";

        @Override
        public Integer call() throws IOException {
            try {
                tell(Witness.create(folder.toAbsolutePath().normalize(), name, Disk.real()));
                return 0;
            } catch (IllegalArgumentException e) {
                throw new Problem(String.valueOf(e.getMessage()));
            }
        }
    }

    @Command(
            name = "key",
            description = {
                "Print the witness's verifier keys: cosignature/v1 (Ed25519), then ML-DSA-44. A"
                        + " policy that names both puts them into one group: 'group w1 any w1-ed"
                        + " w1-ml'."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: ./domicile witness key w1"})
    static final class Key extends OfFolder {
        @Override
        public Integer call() throws IOException {
            tell(open(List.of()).key());
            return 0;
        }
    }

    @Command(
            name = "serve",
            description = "Serve until SIGTERM: POST /add-checkpoint, GET /HASH/checkpoint.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Example: ./domicile witness serve w1 --logs logs.policy --listen 127.0.0.1:7380"
            })
    static final class ServeIt extends OfFolder {
        private static final int CONNECTIONS = 1_024;
        private static final Duration HEAD = Duration.ofSeconds(10);
        private static final Duration DRAIN = Duration.ofSeconds(5);

        @Option(
                names = "--logs",
                required = true,
                paramLabel = "FILE",
                description =
                        "The logs that it cosigns: lines 'log VKEY' of a C2SP tlog-policy ('quorum"
                                + " none' at its end), one for each key.")
        Path logs = Path.of("");

        @Option(
                names = "--listen",
                defaultValue = "127.0.0.1:7380",
                paramLabel = "ADDRESS:PORT",
                description = "Where it listens; anything but loopback needs TLS.")
        String listen = "127.0.0.1:7380";

        @Option(
                names = "--tls-certificates",
                paramLabel = "FILE",
                description = "PEM file of the certificate chain.")
        @Nullable Path certificates;

        @Option(
                names = "--tls-key",
                paramLabel = "FILE",
                description = "PEM file of the certificate's key.")
        @Nullable Path key;

        @Override
        public Integer call() throws IOException, InterruptedException {
            ListenerOptions options = listener();
            TrustPolicy trusted = Trust.policy(logs);
            if (trusted.logs().isEmpty()) {
                throw new Problem(logs + " names no log");
            }
            Path own = folder.toAbsolutePath().normalize();
            if (!Files.isDirectory(own)) {
                throw new Problem("there is no witness in " + folder);
            }
            try (Folder.Lock lock = new Folder(own).lock()) {
                if (lock.lock().isValid()) {
                    serve(open(trusted.logs()), options);
                }
                return 0;
            } catch (Folder.Taken e) {
                throw new Problem("another witness serves from " + folder);
            } catch (StorageFailure e) {
                throw new Problem(String.valueOf(e.getMessage()));
            }
        }

        private void serve(Witness witness, ListenerOptions options)
                throws IOException, InterruptedException {
            CountDownLatch asked = new CountDownLatch(1);
            CountDownLatch ended = new CountDownLatch(1);
            Thread signal =
                    Thread.ofPlatform()
                            .unstarted(() -> {
                                asked.countDown();
                                awaitQuietly(ended);
                            });
            HttpServer server =
                    HttpServer.open(
                            List.of(new HttpServer.Listener(options, new WitnessDoor(witness))),
                            Clock.systemUTC(),
                            new SecureRandom());
            Runtime.getRuntime().addShutdownHook(signal);
            try {
                String url = url(server.addresses().get("witness"));
                List<Object> origins = new ArrayList<>();
                witness.logs().forEach(each -> origins.add(each.origin()));
                output().result(
                                Json.row("url", url, "name", witness.key().name(), "logs", origins),
                                "the witness %s serves at %s and cosigns: %s"
                                        .formatted(
                                                witness.key().name(),
                                                url,
                                                String.join(
                                                        ", ",
                                                        origins.stream()
                                                                .map(String::valueOf)
                                                                .toList())));
                asked.await();
            } finally {
                server.drain(DRAIN);
                ended.countDown();
            }
        }

        private static void awaitQuietly(CountDownLatch ended) {
            try {
                if (ended.await(DRAIN.toSeconds() + 5, java.util.concurrent.TimeUnit.SECONDS)) {
                    Runtime.getRuntime().halt(0);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private String url(@Nullable SocketAddress address) {
            if (!(address instanceof InetSocketAddress tcp)) {
                throw new IllegalStateException("the witness listens on TCP");
            }
            String host = tcp.getAddress().getHostAddress();
            return (certificates == null ? "http://" : "https://")
                    + (host.indexOf(':') < 0 ? host : "[" + host + "]")
                    + ":"
                    + tcp.getPort();
        }

        private ListenerOptions listener() {
            if ((certificates == null) != (key == null)) {
                throw Input.wrong(spec, "--tls-certificates and --tls-key go together");
            }
            Optional<ListenerOptions.Tls> tls =
                    certificates == null || key == null
                            ? Optional.empty()
                            : Optional.of(new ListenerOptions.Tls(certificates, key));
            ListenerOptions.Address.Tcp address;
            try {
                address = Settings.listening(listen, tls);
            } catch (IllegalArgumentException e) {
                throw Input.wrong(spec, "--listen: " + e.getMessage());
            }
            return new ListenerOptions("witness", address, tls, CONNECTIONS, HEAD);
        }
    }
}
