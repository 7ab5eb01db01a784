package org.domicile.bench;

import java.net.URI;
import picocli.CommandLine.Option;

/** Another S3 server to run the same loads against. A group of options that may be repeated. */
final class Peer {
    @Option(
            names = "--peer",
            required = true,
            paramLabel = "URL",
            description = "Another S3 server to run the same load against; may be repeated.")
    URI url = URI.create("http://127.0.0.1/");

    @Option(names = "--peer-name", paramLabel = "NAME", description = "Its name in the table.")
    String name = "";

    @Option(names = "--peer-access", paramLabel = "ID", description = "Its access key.")
    String access = "";

    @Option(names = "--peer-secret", paramLabel = "SECRET", description = "Its secret.")
    String secret = "";

    @Option(names = "--peer-region", paramLabel = "REGION", description = "Its region.")
    String region = "us-east-1";

    @Option(
            names = "--peer-mode",
            paramLabel = "TEXT",
            description = "What its answer promises about the disk, for the table.")
    String mode = "as it comes";

    String shown() {
        return name.isEmpty() ? url.getAuthority() : name;
    }
}
