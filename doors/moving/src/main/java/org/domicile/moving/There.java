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
        return new Names<>(listing(after, "", new Circle()), RemoteVersion::name);
    }

    /** How much there is. */
    Names.Count count() {
        return Names.count(listing("", "", new Circle()), RemoteVersion::size);
    }

    private Names.Pages<RemoteVersion> listing(String after, String version, Circle circle) {
        return () -> {
            try {
                VersionPage page = remote.versions(after, version);
                circle.passed(page);
                return new Names.Page<>(
                        page.versions(),
                        page.afterName().isEmpty()
                                ? null
                                : listing(page.afterName(), page.afterVersion(), circle));
            } catch (RemoteFailure e) {
                throw new Ended("the other side does not list its versions: " + e.getMessage());
            }
        };
    }

    /**
     * Notices a listing that comes back to where it was, by Brent's method: the place of some page
     * is remembered for as long again as it took to come there. Order would tell sooner, but not
     * every server sorts as S3 does.
     */
    private static final class Circle {
        private String name = "";
        private String version = "";
        private long steps;
        private long most = 1;

        void passed(VersionPage page) throws RemoteFailure {
            if (page.afterName().isEmpty()) {
                return;
            }
            if (page.afterName().equals(name) && page.afterVersion().equals(version)) {
                throw RemoteFailure.unreadable("the listing goes in circles behind " + name);
            }
            steps++;
            if (steps == most) {
                name = page.afterName();
                version = page.afterVersion();
                most *= 2;
                steps = 0;
            }
        }
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

    /** Whether a version's ETag is none of its bytes, because a key service's key seals it. */
    boolean opaque(RemoteVersion version) throws RemoteFailure {
        return Expected.sealed(remote.head(version));
    }

    /** Versions of a name, oldest first, asked for by themselves. */
    List<RemoteVersion> versions(String name) throws RemoteFailure {
        Circle circle = new Circle();
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
            circle.passed(page);
            page = remote.versionsOf(name, page.afterName(), page.afterVersion());
        }
    }
}
