package org.domicile.moving;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.s3client.RemoteBucket;
import org.domicile.s3client.RemoteFailure;
import org.domicile.s3client.RemoteVersion;
import org.domicile.s3client.RemoteXml;
import org.domicile.s3client.VersionPage;

/** The other side of a move, for one thread. */
record There(RemoteBucket remote) {
    /** All names behind one. */
    Names<RemoteVersion> names(String after) {
        return new Names<>(listing(after, ""), RemoteVersion::name);
    }

    /** How much there is. */
    Names.Count count() {
        return Names.count(listing("", ""), RemoteVersion::size);
    }

    private Names.Pages<RemoteVersion> listing(String after, String version) {
        return () -> {
            try {
                VersionPage page = remote.versions(after, version);
                return new Names.Page<>(
                        page.versions(),
                        page.afterName().isEmpty()
                                ? null
                                : listing(page.afterName(), page.afterVersion()));
            } catch (RemoteFailure e) {
                throw new Ended("the other side does not list its versions: " + e.getMessage());
            }
        };
    }

    /** S3's word for how it keeps versions; empty where it keeps one of each name. */
    String versioning() throws RemoteFailure {
        Optional<byte[]> document = remote.setting("versioning");
        return document.isEmpty() ? "" : RemoteXml.parse(document.get()).child("Status");
    }

    /** What it says of object lock; empty where objects cannot be locked. */
    Optional<byte[]> lock() throws RemoteFailure {
        Optional<byte[]> document = remote.setting("object-lock");
        return document.isPresent()
                        && RemoteXml.parse(document.get())
                                .child("ObjectLockEnabled")
                                .equals("Enabled")
                ? document
                : Optional.empty();
    }

    /** Versions of a name, oldest first, asked for by themselves. */
    List<RemoteVersion> versions(String name) throws RemoteFailure {
        VersionPage page = remote.versionsOf(name, "", "");
        List<RemoteVersion> all = new ArrayList<>();
        while (true) {
            for (RemoteVersion each : page.versions()) {
                if (each.name().equals(name)) {
                    all.add(each);
                }
            }
            boolean more =
                    !page.afterName().isEmpty()
                            && Names.compare(page.afterName(), name) <= 0
                            && all.size() < Names.MOST;
            if (!more) {
                return all.reversed();
            }
            page = remote.versionsOf(name, page.afterName(), page.afterVersion());
        }
    }
}
