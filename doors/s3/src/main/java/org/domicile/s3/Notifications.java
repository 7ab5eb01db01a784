package org.domicile.s3;

import java.io.IOException;
import java.util.List;
import org.domicile.events.Notification;
import org.domicile.guard.BucketSetting;
import org.domicile.guard.GuardedObjects.Announce;

/** What buckets tell, and to whom (Amazon S3 API Reference, Get- and PutBucketNotification...). */
final class Notifications {
    /** A hundred rules with long filters, with room to spare. */
    private static final int LONGEST_DOCUMENT = 1 << 20;

    private static final String SKIP = "x-amz-skip-destination-validation";

    private Notifications() {}

    static void show(Call call) throws IOException {
        Notification notification =
                BucketDocuments.find(call, BucketSetting.NOTIFICATION)
                        .map(Notification::of)
                        .orElseGet(() -> new Notification(List.of(), ""));
        call.xml(NotificationXml.document(notification));
    }

    /** As on S3 one without rules takes the notification away. */
    static void put(Call call) throws IOException {
        Notification asked = NotificationXml.parse(call.document(LONGEST_DOCUMENT));
        Announce announce =
                call.field(SKIP).equalsIgnoreCase("true") ? Announce.NOTHING : Announce.TEST;
        if (!call.guarded().putNotification(call.bucket(), asked, announce)) {
            throw Call.noSuchBucket();
        }
        call.empty(200, call.headers());
    }
}
