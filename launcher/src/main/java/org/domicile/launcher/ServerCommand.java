package org.domicile.launcher;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that asks a running server. What several of them take stands here once. */
abstract class ServerCommand implements Callable<Integer> {
    @Mixin CommonOptions common = new CommonOptions();
    @Spec CommandSpec spec = CommandSpec.create();

    /** The server on the data folder, or a {@link Problem} that says how to start one. */
    final AdminClient admin() {
        return AdminClient.of(common.folder());
    }

    final Output output() {
        return Output.of(spec, common);
    }

    /** One that makes or changes something of an organisation. */
    abstract static class OfOrganisation extends ServerCommand {
        @Option(
                names = "--organisation",
                paramLabel = "NAME",
                description =
                        "The organisation that it belongs to (default: the only one there is).")
        String organisation = "";

        /** The one that was named, or the only one that there is. */
        final String owner(AdminClient admin) {
            return Organisations.chosen(admin, organisation);
        }

        /** Where the admin API has a purpose of this name, or full name. */
        final String placeOf(AdminClient admin, String purpose) {
            int slash = purpose.indexOf('/');
            String owner = slash < 0 ? owner(admin) : purpose.substring(0, slash);
            return "/v1/purposes/%s/%s"
                    .formatted(
                            AdminClient.segment(owner),
                            AdminClient.segment(purpose.substring(slash + 1)));
        }
    }

    /** One that lists something of organisations. */
    abstract static class Listing extends ServerCommand {
        @Option(
                names = "--organisation",
                paramLabel = "NAME",
                description = "Only of this organisation (default: of all).")
        String organisation = "";

        final List<Json.Row> listed(AdminClient admin, String path) {
            return admin.list(AdminClient.path(path, "organisation", organisation));
        }
    }

    /** One that acts as a credential, on what lies below a path of the web listener. */
    abstract static class AsCredential extends ServerCommand {
        @Mixin CatalogOptions as = new CatalogOptions();

        private final String root;

        /**
         * @param root such as {@code /streams/}; people call what lies there by the same word
         */
        AsCredential(String root) {
            this.root = root;
        }

        @Override
        public final Integer call() throws IOException {
            Endpoints server = Endpoints.on(common.folder());
            try (StreamClient client =
                    new StreamClient(
                            server.web(root.replace("/", "") + " are"),
                            root,
                            as.own(server),
                            Optional.ofNullable(as.ca))) {
                ask(client, output());
            }
            return code();
        }

        /** What it ends with, once it has asked. */
        int code() {
            return 0;
        }

        abstract void ask(StreamClient client, Output output) throws IOException;
    }

    /** One that ends a credential. */
    abstract static class OfCredential extends ServerCommand {
        @picocli.CommandLine.Parameters(
                paramLabel = "ACCESS_KEY",
                description = "The credential's public part; 'credential list' shows it.")
        String accessKey = "";

        final Json.Row asked(String verb, Json.Row body) {
            return admin().post(
                            "/v1/credentials/" + AdminClient.segment(accessKey) + "/" + verb, body);
        }
    }
}
