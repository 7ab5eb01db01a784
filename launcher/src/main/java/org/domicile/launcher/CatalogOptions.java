package org.domicile.launcher;

import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.domicile.s3client.S3Signature;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** As whom a command asks the catalog of tables. A mixin. */
final class CatalogOptions {
    @Option(
            names = "--credential",
            paramLabel = "FILE",
            description =
                    "A file as first.credential is one: whose tables, and for which purpose"
                            + " (default: the first credential).")
    @Nullable Path credential;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "Certificates in PEM form to trust instead of the system's.")
    @Nullable Path ca;

    /** Whom it acts as. */
    FirstCredential own(Endpoints server) {
        return MovingOptions.read(credential == null ? server.firstCredential() : credential);
    }

    /** The catalog of the server on the data folder. */
    CatalogClient client(CommonOptions common) {
        Endpoints server = Endpoints.on(common.folder());
        URI web = server.web("the catalog is");
        FirstCredential own = own(server);
        return new CatalogClient(
                web,
                new S3Signature(own.accessKey(), own.secret(), server.zone()),
                Clock.systemUTC(),
                Optional.ofNullable(ca));
    }
}
