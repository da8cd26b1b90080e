"""List the parameters that say how much is done in a second, in a minute and at the same time."""

from infra.parameters.row import number

PARAMETERS = (
    number("ApiCallsASecond", "Calls a second that the API takes from all callers together.", 200, 1, 10_000),
    number("ApiBurst", "Calls that the API takes at one moment.", 400, 1, 5000),
    number("ChatFramesASecond", "Frames a second that live connections may send together.", 200, 1, 10_000),
    number("ChatBurst", "Frames that live connections may send at one moment.", 400, 1, 5000),
    number("CallsAMinute", "Calls a minute of one person.", 300, 1, 1_000_000, variable="CALLS_A_MINUTE"),
    number(
        "PlatformCallsAMinute",
        "Calls a minute of one system of the marketplace.",
        6000,
        1,
        1_000_000,
        variable="PLATFORM_CALLS_A_MINUTE",
    ),
    number(
        "DeadlineShards",
        "Partitions of the deadline index, which are all swept at the same time. Raise it on a live table, never lower it.",
        8,
        2,
        1000,
        variable="DEADLINE_SHARDS",
    ),
    number("UploadConcurrency", "Batches of uploads that are checked at the same time.", 8, 2, 1000),
    number(
        "ApiConcurrency",
        "Reserved concurrency of the API: so many calls at the same time, and no more. 0 reserves nothing.",
        0,
        0,
        100_000,
    ),
    number(
        "JobConcurrency",
        "Reserved concurrency of each of sweep_shard and publish, so that no flood of calls stops them. 0 reserves nothing.",
        0,
        0,
        100_000,
    ),
    number("ApiMemoryMb", "Memory of the API's function, in MB; its processor's share grows with it.", 1024, 512, 10_240),
    number(
        "UploadMemoryMb", "Memory of the function that looks at uploads and makes copies of photos, in MB.", 1536, 1024, 10_240
    ),
    number("JobMemoryMb", "Memory of each other function, in MB.", 512, 512, 10_240),
)
