// The script of the language that this browser was told, else of Chinese; what it imports is
// asked for at the same time.
var app = document.getElementById('app');
var english = false;
try {
	english = localStorage.getItem('lang') === 'en';
} catch (e) {
	// A browser without storage starts in Chinese.
}
app.getAttribute(english ? 'data-en' : 'data-zh').split(' ').forEach(function (path, i) {
	var e = document.createElement(i ? 'link' : 'script');
	if (i) {
		e.rel = 'modulepreload';
		e.href = path;
	} else {
		e.type = 'module';
		e.src = path;
	}
	document.head.appendChild(e);
});
