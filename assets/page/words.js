// What the page says, in both languages. The language is that of the film.
const WORDS = {
  en: {
    sentence: "Sentence", focus: "Followed", block: "Block", head: "Head", theme: "Theme", language: "Language",
    pace: "Pace", furniture: "Around the stage", scene: "Scene", full: "title, map, caption", caption: "caption", none: "nothing",
    checking: "checking …", drawing: "drawing …", filming: "filming …", ready: "all is drawn", wrong: "what was shown before stays",
    picture: "picture", clip: "clip", seconds: "s", play: "Play (space)", pause: "Pause (space)",
    elsewhere: "The file was changed elsewhere.", theirs: "Take what is there", mine: "Keep what is here",
    gone: "The server is gone: start animformer again.",
    mp4: "The whole as a video", gif: "This step as a GIF", pptx: "Slides for PowerPoint, Keynote and LibreOffice",
    search: "Find a tensor", shown: "the first 64 of each axis",
    tip: "Click on a cell or a number in the picture: here stands which tensor it is of, and how it was computed.",
  },
  zh: {
    sentence: "句子", focus: "关注的词", block: "层", head: "注意力头", theme: "主题", language: "语言",
    pace: "速度", furniture: "舞台周围", scene: "场景", full: "标题、地图和字幕", caption: "只有字幕", none: "什么都没有",
    checking: "正在检查……", drawing: "正在绘制……", filming: "正在生成动画……", ready: "全部画好了", wrong: "仍显示之前的画面",
    picture: "画面", clip: "动画", seconds: "秒", play: "播放（空格键）", pause: "暂停（空格键）",
    elsewhere: "文件已在别处修改。", theirs: "采用那边的版本", mine: "保留这里的版本",
    gone: "服务器已停止，请重新启动 animformer。",
    mp4: "整部影片（MP4 视频）", gif: "当前步骤（GIF 动图）", pptx: "幻灯片（PowerPoint、Keynote、LibreOffice）",
    search: "查找张量", shown: "每个轴只显示前 64 项",
    tip: "点击画面中的格子或数字，这里会显示它来自哪个张量，以及是怎样算出来的。",
  },
};

let said = WORDS.en;

export const speak = (language) => {
  said = WORDS[language] || WORDS.en;
  document.documentElement.lang = language in WORDS ? language : "en";
};
export const say = (key) => said[key];
